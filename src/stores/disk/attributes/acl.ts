/** What an ACL says, as Linux has it in bytes. Pure. */

const [headBytes, entryBytes, version] = [4, 8, 2];
/** The owner, a user, the owning group, a group, the mask, others. */
const tags = new Set([0x01, 0x02, 0x04, 0x08, 0x10, 0x20]);
const owningGroup = 0x04;

/** Whether bytes are a POSIX ACL as Linux takes it: of others it says that the file system has none, and that is to be told apart. */
export function isAcl(value: Uint8Array): boolean {
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  const isOfItsLength = value.length > headBytes && (value.length - headBytes) % entryBytes === 0;
  if (!isOfItsLength || view.getUint32(0, true) !== version) return false;
  for (let at = headBytes; at < value.length; at += entryBytes) {
    const isEntry = tags.has(view.getUint16(at, true)) && view.getUint16(at + 2, true) <= 0o7;
    if (!isEntry) return false;
  }
  return true;
}

/** What the owning group may, its mask aside; undefined for what is no ACL. */
export function groupRights(value: Uint8Array): number | undefined {
  if (!isAcl(value)) return undefined;
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  for (let at = headBytes; at < value.length; at += entryBytes)
    if (view.getUint16(at, true) === owningGroup) return view.getUint16(at + 2, true);
  return undefined;
}
