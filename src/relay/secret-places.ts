/** Secrets by where they stand, as Kafka's config providers read them. Pure. */
import { posix } from 'node:path';
import { ConfigurationError } from '../errors.ts';
import type { RelayCluster, RelayOptions } from './options.ts';

/** The providers of Kafka that references of ours use, by the names that we give them. */
const providers = {
  file: 'org.apache.kafka.common.config.provider.FileConfigProvider',
  directory: 'org.apache.kafka.common.config.provider.DirectoryConfigProvider',
} as const;

/** A path within a reference ends at the first colon or brace. */
function referable(path: string): string {
  if (posix.isAbsolute(path) && !/[:}]/.test(path)) return path;
  throw new ConfigurationError(
    `${path} cannot be named in a configuration of MirrorMaker 2: give an absolute path without ":" and "}"`,
  );
}

/** Writes secrets of one cluster, or where they stand, and notes what reads them there. */
export class SecretPlaces {
  readonly #used = new Set<keyof typeof providers>();

  /** The providers that are needed, with their classes. */
  get providers(): readonly (readonly [name: string, className: string])[] {
    return [...this.#used].sort().map((name) => [name, providers[name]]);
  }

  /** The value of a property, or its place in the file that has it. Throws ConfigurationError where there is no file to name. */
  of({ name, kafka, file }: RelayCluster, property: string, secrets: RelayOptions['secrets']): string {
    if (secrets === 'write') return kafka[property] ?? '';
    if (file === undefined) {
      throw new ConfigurationError(
        `${property} of ${name} is a secret, and stands in no file that MirrorMaker 2 could read: name one, or have secrets written out`,
      );
    }
    this.#used.add('file');
    return `\${file:${referable(file)}:${property}}`;
  }

  /** All that stands in a file. */
  textOf(path: string): string {
    this.#used.add('directory');
    return `\${directory:${referable(posix.dirname(path))}:${referable(path) && posix.basename(path)}}`;
  }
}
