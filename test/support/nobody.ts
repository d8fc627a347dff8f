/** Acting as a user without any rights, where the tests run as one who has them all. */
import { chown } from 'node:fs/promises';
import type { TestContext } from 'node:test';

/** The user without rights, and its group. */
export const nobody = 65_534;

/** From here to the end of the test its process has no rights but on these folders. Nothing changes for who is not root. */
export async function becomeNobody(t: TestContext, ...folders: readonly string[]): Promise<void> {
  if (process.geteuid?.() !== 0) return;
  for (const folder of folders) await chown(folder, nobody, nobody);
  process.seteuid?.(nobody);
  t.after(() => process.seteuid?.(0));
}
