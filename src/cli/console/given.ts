/** What the flags of the console say, as its options. */
import { readFile } from 'node:fs/promises';
import type { Resolved } from '../../config.ts';
import { ConfigurationError } from '../../errors.ts';
import { keyOf } from '../live/watch-key.ts';
import { unreadable } from '../unreadable.ts';
import type { accessFlags, dropFlags } from './flags.ts';

type Given = Resolved<typeof accessFlags & typeof dropFlags>;

/** Reads the files that some of them name. Throws ConfigurationError. */
export async function givenOptions<S extends Given>(settings: S) {
  const { consoleKey, oidcClientSecretFile: file, ...options } = settings;
  return {
    ...options,
    consoleKey: await keyOf(consoleKey, '--console-key'),
    oidcClientSecret: file === undefined ? undefined : await secretIn(file),
  };
}

async function secretIn(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw unreadable('--oidc-client-secret-file', file, cause);
  });
  const [line = ''] = text.split(/\r?\n/, 1);
  if (line === '')
    throw new ConfigurationError(`--oidc-client-secret-file: the first line of ${file} is empty`);
  return line;
}
