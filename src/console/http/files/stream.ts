/** A file's bytes on their way to whoever asked, as fast as they are taken and no faster. */
import type { ServerResponse } from 'node:http';

export interface Streaming {
  /** In order, from the first byte on; ends when all of it is what it should be, and throws otherwise. */
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly size: number;
  /** Which of them are wanted, `[from, to)`. */
  readonly span: { readonly from: number; readonly to: number };
  /** Called once, before the first byte: until then it can still be said what is wrong. */
  readonly begin: () => void;
  readonly answer: Pick<ServerResponse, 'write' | 'end' | 'once' | 'off' | 'destroyed'>;
}

/**
 * Sends the span. Where that reaches the end of the file, its last byte is kept back until all of them are known to be right: what
 * comes to somebody as a whole file is one. A span that ends before that is not verified by the digest, and nothing behind it is read.
 * Rejects with what `bytes` throws, and with an Error where they are of another number than `size`.
 */
export async function streamFile({ bytes, size, span, begin, answer }: Streaming): Promise<void> {
  const reachesEnd = span.to === size;
  const until = reachesEnd ? span.to - 1 : span.to;
  let position = 0;
  let last: Buffer | undefined;
  let hasBegun = false;
  const send = async (piece: Uint8Array): Promise<void> => {
    if (!hasBegun) begin();
    hasBegun = true;
    await written(answer, piece);
  };
  for await (const piece of bytes) {
    const end = position + piece.length;
    if (end > size) throw new Error(`there are more than ${size} bytes of it`);
    const wanted = piece.subarray(Math.max(0, span.from - position), Math.max(0, until - position));
    if (end === size && piece.length > 0) last = Buffer.of(piece.at(-1)!);
    if (wanted.length > 0) await send(wanted);
    if (answer.destroyed) return;
    position = end;
    if (!reachesEnd && position >= until) break;
  }
  if (reachesEnd && position !== size) throw new Error(`there are ${position} bytes of it, and not ${size}`);
  if (reachesEnd && last !== undefined) await send(last);
  if (!hasBegun) begin();
  answer.end();
}

/** Resolves when the system has taken the piece, so that its memory is free again, or nobody takes anything more. */
function written(answer: Streaming['answer'], piece: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      answer.off('close', done);
      resolve();
    };
    answer.once('close', done);
    if (answer.destroyed) done();
    else answer.write(piece, done);
  });
}
