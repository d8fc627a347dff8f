/** One large file, in plain sight and encrypted for one reader. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { writeRandomFile } from '../../test/support/files.ts';
import type { Group } from '../contender.ts';
import { sluice } from '../contenders/sluice.ts';
import type { Ground } from '../ground.ts';

export async function encrypted(ground: Ground, scale: number): Promise<Group> {
  const folder = join(ground.folder, 'encrypted');
  const bytes = Math.round(1e9 * scale);
  await writeRandomFile(join(folder, 'file.bin'), bytes);
  const identity = await generateIdentity();
  const identityFile = join(ground.folder, 'identity.txt');
  await writeFile(identityFile, `${identity}\n`, { mode: 0o600 });
  const secret = { recipient: await identityToRecipient(identity), identityFile };
  const work = { folder, bytes, files: 1 };
  return {
    name: 'encrypted',
    title: `One file of ${bytes / 1e9} GB, plain and encrypted, upload and download at the same time`,
    bytes,
    contenders: [sluice(ground, work, 'sha256'), sluice(ground, work, 'sha256', secret)],
  };
}
