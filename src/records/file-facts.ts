/** What is known of a file once it was read to its end. */
export interface FileFacts {
  readonly size: number;
  /** `algorithm:hex`. */
  readonly digest: string;
  /** Modification time in nanoseconds since the epoch, decimal. */
  readonly mtime: string;
  /** Permission bits, at most 0o7777. */
  readonly mode: number;
}

/** Permission bits as four octal digits. */
export function modeText(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, '0');
}
