/** Makes a folder that is its maker's alone one like another: whose it is, and who may go into it. */
import { chmod, chown, lstat } from 'node:fs/promises';
import { withoutAcl } from './modes.ts';
import { accessAcl, type XattrCalls } from './xattr.ts';

/** What its maker needs to put more into it. */
const usable = 0o700;
const group = 0o070;

/** Nothing of it is more than the other allows; where that is not to be had, it stays its maker's. */
export async function likeFolder(
  folder: string,
  other: string,
  xattrs: XattrCalls | undefined,
): Promise<void> {
  try {
    const look = await lstat(other);
    if (!look.isDirectory()) return;
    const made = await lstat(folder);
    if (made.uid !== look.uid) await chown(folder, look.uid, -1).catch(() => {});
    const isOfGroup =
      made.gid === look.gid ||
      (await chown(folder, -1, look.gid).then(
        () => true,
        () => false,
      ));
    const acl = await xattrs?.get(`${other}/.`, accessAcl);
    const mode = withoutAcl(look.mode & 0o7777, acl && { acl: Buffer.from(acl).toString('base64') });
    await chmod(folder, (isOfGroup ? mode : mode & ~group) | usable);
    if (acl !== undefined) await xattrs?.set(`${folder}/.`, accessAcl, acl);
  } catch {
    // A place without owners or permissions, or a folder that went: nothing waits for it.
  }
}
