/** How much may come of a sender, and what is said of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChunkSender, clientHandshake } from '../../../../test/support/rtmp.ts';
import { playSession as play } from '../../../../test/support/rtmp-session.ts';
import { RtmpSession } from './session.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const connect = (sender: ChunkSender) => sender.command('connect', 1, { app: 'live' });

/** The whole of a message but its last byte, on a chunk stream of its own. */
function begun(chunkStream: number, size: number): Buffer {
  const sender = new ChunkSender();
  sender.chunkSize = 2 ** 24;
  const bytes = sender.bytes({
    ...{ chunkStream, type: 9, stream: 1, timestamp: 0 },
    payload: Buffer.alloc(size, 0x27),
  });
  return bytes.subarray(0, -1);
}

test('How much may come of one who was let in, and of one who was not', () => {
  const [kb, mb] = [1024, 1024 * 1024];
  for (const [isIn, one, most] of [
    [false, 64 * kb, 128 * kb],
    [true, 8 * mb, 12 * mb],
  ] as const) {
    const after = () => {
      const session = new RtmpSession();
      const sender = new ChunkSender();
      play(session, [clientHandshake, ...(isIn ? [sender.publish('cam?key=k')] : [])]);
      play(session, [sender.setChunkSize(one + 1)]);
      return session;
    };
    assert.equal(play(after(), [begun(9, one), Buffer.alloc(1)]).of('media').length, isIn ? 1 : 0);
    assert.throws(() => play(after(), [begun(9, one + 1)]), new RegExp(`where ${one} are the most`));
    const full = after();
    const half = new ChunkSender();
    play(full, [half.setChunkSize(most / 4)]);
    half.chunkSize = most / 4;
    const pieces = [4, 5, 6, 7, 8].map(
      (chunkStream) =>
        half.chunks({
          ...{ chunkStream, type: 9, stream: 1, timestamp: 0 },
          payload: Buffer.alloc(most / 4 + 1, 0x27),
        })[0]!,
    );
    play(full, pieces.slice(0, 4));
    assert.equal(full.held, most);
    const next = pieces[4]!;
    assert.throws(() => play(full, [next.subarray(0, 13)]), new RegExp(`more than ${most} bytes`));
  }
});

test('What a server says comes in chunks of the size that it has said', () => {
  const session = new RtmpSession();
  const sender = new ChunkSender();
  const bytes = Buffer.concat(
    [...session.push(Buffer.concat([clientHandshake, connect(sender)]))].flatMap((event) =>
      event.type === 'answer' ? [event.bytes] : [],
    ),
  );
  assert.ok(bytes.includes(hex('02 000000 000004 01 00000000 00001000')));
  const why = session.refuse('denied', 'x'.repeat(9000));
  // A head of twelve bytes, and one of one byte behind each 4096.
  assert.deepEqual([why[12 + 4096], why[12 + 4096 + 1 + 4096]], [0xc3, 0xc3]);
});
