/** The passphrase that all senders of SRT must have, out of its file: a command line can be seen by everybody on the machine. */
import { readFile } from 'node:fs/promises';
import { ConfigurationError, describeError } from '../../../errors.ts';

/** Bytes that a passphrase may have, as the library of most senders has it. */
const bytes = { least: 10, most: 79 } as const;

/** The first line of the file. Throws ConfigurationError, which has nothing of the passphrase. */
export async function readPassphrase(file: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new ConfigurationError(`--srt-passphrase-file: ${describeError(cause)}`, { cause });
  }
  const [line = ''] = text.split(/\r?\n/, 1);
  const length = Buffer.byteLength(line);
  if (length < bytes.least || length > bytes.most)
    throw new ConfigurationError(
      `--srt-passphrase-file: the first line of ${file} has ${length} bytes; a passphrase of SRT has ${bytes.least} to ${bytes.most}`,
    );
  return line;
}
