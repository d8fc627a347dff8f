/** Certificates, keys and lists of what is revoked, as they stand in their files now: whoever renews them need start nothing again. */
import { statSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import type { ClientProperties } from '../properties.ts';
import { tlsOptions } from './tls.ts';

export class TlsFiles {
  readonly #properties: ClientProperties;
  readonly #files: readonly string[];
  readonly #warn: (error: unknown) => void;
  #options: ConnectionOptions;
  /** What the files looked like when they were read last, with whatever success. */
  #looks: string;

  /**
   * Reads the files that the properties name. Throws ConfigurationError as {@link tlsOptions} does; `warn` is told the same of later
   * readings.
   */
  constructor(properties: ClientProperties, warn: (error: unknown) => void) {
    this.#properties = properties;
    this.#warn = warn;
    this.#files = Object.entries(properties).flatMap(([name, file]) =>
      /^ssl\..*\.location$/.test(name) && file ? [file] : [],
    );
    this.#looks = this.#look();
    this.#options = tlsOptions(properties);
  }

  /**
   * Options of `tls.connect` for a new connection. Files that have changed are read again. Where they cannot be used, as while one of two
   * has been replaced, those of before are.
   */
  get options(): ConnectionOptions {
    const looks = this.#look();
    if (looks === this.#looks) return this.#options;
    this.#looks = looks;
    try {
      this.#options = tlsOptions(this.#properties);
    } catch (error) {
      this.#warn(error);
    }
    return this.#options;
  }

  #look(): string {
    return this.#files
      .map((file) => {
        try {
          const { dev, ino, size, mtimeMs, ctimeMs } = statSync(file);
          return [dev, ino, size, mtimeMs, ctimeMs].join();
        } catch (error) {
          return String(error);
        }
      })
      .join();
  }
}
