/** A file that has no name any more: what FFmpeg is told without that anybody else can read it. */
import { randomUUID } from 'node:crypto';
import { closeSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SluiceError } from '../../errors.ts';

export interface HiddenFile {
  /** To be handed on to a child. */
  readonly descriptor: number;
  close(): void;
}

/** Throws SluiceError where no file can be made. */
export function hiddenFile(text: string): HiddenFile {
  const path = join(tmpdir(), `sluice-${randomUUID()}`);
  let descriptor: number | undefined;
  try {
    // Nobody's but ours, and its name gone before the child begins, which opens it by its number.
    descriptor = openSync(path, 'wx+', 0o600);
    unlinkSync(path);
    // By its position: where opening by number shares it, the child would begin at the end.
    writeSync(descriptor, Buffer.from(text), 0, undefined, 0);
    const opened = descriptor;
    return { descriptor, close: () => closeSync(opened) };
  } catch (error) {
    if (descriptor !== undefined) closeSync(descriptor);
    throw new SluiceError(
      `no file could be made in ${tmpdir()} to hand a key on by: make room there, or name another folder by TMPDIR`,
      { cause: error },
    );
  }
}
