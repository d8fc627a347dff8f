/** Bytes to standard output, no faster than its reader takes them. */

/** Resolves once the system has the bytes. That the reader has gone is dealt with by `endWithReader`. */
export function written(piece: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(piece, (error: NodeJS.ErrnoException | null | undefined) => {
      if (error && error.code !== 'EPIPE') reject(error);
      else resolve();
    });
  });
}
