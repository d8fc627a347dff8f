/** Keys of age in files, as `age-keygen` writes them. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';

export interface AgeKeys {
  /** `age1...` */
  readonly recipient: string;
  /** `AGE-SECRET-KEY-1...` */
  readonly secret: string;
  /** The file that holds it. */
  readonly file: string;
}

export async function ageKeys(folder: string, name: string): Promise<AgeKeys> {
  const secret = await generateX25519Identity();
  const recipient = await identityToRecipient(secret);
  const file = join(folder, `${name}.txt`);
  await writeFile(file, `# created: 2026-07-01T12:00:00Z\n# public key: ${recipient}\n${secret}\n`, {
    mode: 0o600,
  });
  return { recipient, secret, file };
}
