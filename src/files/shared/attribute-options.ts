/** The options of `upload` and `download` that speak of owners, extended attributes and ACLs. */

export interface SourceAttributeOptions {
  /** Owner and group of each file, folder and link go with it, by number and name. Of folders on systems that have them. */
  readonly owner?: boolean;
  /** Extended attributes of files and folders whose names begin with `user.` go with them, as far as a record has room. Of folders on Linux. */
  readonly xattrs?: boolean;
  /** POSIX ACLs of files and folders go with them. Of folders on Linux. */
  readonly acls?: boolean;
}

export interface SinkAttributeOptions {
  /**
   * Whose the files of a folder are: `name`: their owner's and group's of the source, as far as records say it, by name where the name exists here, else by
   * number; `number`: by number; `USER:GROUP`: these, of which either may be left out. Default: whoever runs this.
   */
  readonly owner?: string | undefined;
  /** Set extended attributes whose names begin with `user.`, as records say them. In folders on Linux. */
  readonly xattrs?: boolean;
  /** Set POSIX ACLs, as records say them. In folders on Linux. */
  readonly acls?: boolean;
  /** Set set-user-ID, set-group-ID and sticky bits too: who uploads may have programs run as others then. */
  readonly specialBits?: boolean;
}
