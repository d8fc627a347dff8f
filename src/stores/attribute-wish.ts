/** Which attributes of files go with them: each by a wish of its own, at either end. */

/** What an uploader reads. */
export interface AttributeWish {
  readonly owner: boolean;
  readonly xattrs: boolean;
  readonly acls: boolean;
}

/**
 * What a downloader sets. `owner`: that of the source, by name where the name exists here, else by number; by number; or one for all, as `USER:GROUP`,
 * of which either may be left out. Undefined: none is set.
 */
export interface SinkAttributeWish {
  readonly owner?: string | undefined;
  readonly xattrs?: boolean | undefined;
  readonly acls?: boolean | undefined;
  /** Set-user-ID, set-group-ID and sticky bits too: who uploads may have programs run as others then. */
  readonly specialBits?: boolean | undefined;
}

/** The wish that options make; undefined where nothing is wished for. */
export function attributeWish({
  owner = false,
  xattrs = false,
  acls = false,
}: Partial<AttributeWish>): AttributeWish | undefined {
  return owner || xattrs || acls ? { owner, xattrs, acls } : undefined;
}
