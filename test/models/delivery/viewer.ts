/** Whoever asks a server for media, and keeps what it may keep: as a browser or a proxy between would. */
import assert from 'node:assert/strict';
import type { Outgoing } from '../../../src/delivery/http/replies.ts';

/** URL -> the bytes that it was answered with, whole and to be kept for ever. */
export type Kept = Map<string, string>;

/** One answer. What ends in order must be what everybody was ever given under this URL. */
export class Viewing implements Outgoing {
  readonly #url: string;
  readonly #kept: Kept;
  readonly #bytes: Uint8Array[] = [];
  readonly writableLength = 0;
  #mayBeKept = false;
  headersSent = false;
  destroyed = false;

  constructor(url: string, kept: Kept) {
    this.#url = url;
    this.#kept = kept;
  }

  writeHead(status: number, headers: readonly string[]): void {
    this.headersSent = true;
    this.#mayBeKept = status === 200 && headers.some((header) => header.includes('immutable'));
  }

  write(bytes: Uint8Array): boolean {
    this.#bytes.push(bytes);
    return true;
  }

  end(bytes?: Uint8Array): void {
    if (bytes !== undefined) this.#bytes.push(bytes);
    this.destroyed = true;
    if (this.#mayBeKept) keep(this.#kept, this.#url, Buffer.concat(this.#bytes).toString());
  }

  destroy(): void {
    this.destroyed = true;
  }

  on(): void {}
}

/** Notes what was given under a URL; fails where something else was given before. */
export function keep(kept: Kept, url: string, bytes: string): void {
  assert.equal(bytes, kept.get(url) ?? bytes, `${url} has other bytes than before`);
  kept.set(url, bytes);
}
