/** A session of RTMP without a socket: what comes of the bytes of a sender, and what that sender reads. */
import { decodeAmf } from '../../src/live/ingest/rtmp/amf0.ts';
import { ChunkReader } from '../../src/live/ingest/rtmp/chunk-reader.ts';
import { messageTypes } from '../../src/live/ingest/rtmp/messages.ts';
import type { RtmpSession, SessionEvent } from '../../src/live/ingest/rtmp/session.ts';

/** Gives bytes to a session, lets in whoever asks, and collects what comes of it. */
export function playSession(session: RtmpSession, pieces: readonly Buffer[], admit = true) {
  const events: SessionEvent[] = [];
  const written: Buffer[] = [];
  for (const piece of pieces)
    for (const event of session.push(piece)) {
      events.push(event);
      if (event.type === 'answer') written.push(event.bytes);
      if (event.type === 'publish')
        written.push(admit ? session.admit() : session.refuse('denied', 'no such key'));
    }
  const of = <T extends SessionEvent['type']>(type: T) =>
    events.filter((event): event is Extract<SessionEvent, { type: T }> => event.type === type);
  return { events, of, answers: answersIn(Buffer.concat(written)) };
}

/** What a sender reads behind the handshake. */
function answersIn(bytes: Buffer) {
  const reader = new ChunkReader({ message: 100_000, held: 100_000 });
  return [...reader.push(bytes.subarray(1 + 2 * 1536))].map(({ type, payload }) =>
    type === messageTypes.command ? decodeAmf(payload) : [type, payload.toString('hex')],
  );
}
