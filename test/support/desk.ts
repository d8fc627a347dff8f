/** A desk for senders, as tests of it have it. */
import assert from 'node:assert/strict';
import type { Answer, Seat } from '../../src/live/ingest/contract.ts';
import { type DeskOptions, IngestDesk, type Publishing } from '../../src/live/ingest/desk/desk.ts';
import { Holders } from '../../src/live/ingest/desk/holders.ts';
import type { IngestEvent } from '../../src/live/ingest/events.ts';
import { MediaPipe } from '../../src/live/ingest/rtmp/media-pipe.ts';

/** A desk before a publisher that takes what is sent and makes nothing of it, as sentSource would. */
export function openDesk(more: Partial<DeskOptions> = {}) {
  const events: IngestEvent[] = [];
  const programmes: { readonly stream: string; readonly taken: string[]; isOver: boolean }[] = [];
  const desk = new IngestDesk({
    admit: ({ key }) =>
      key === 'good' ? { isGood: true, opener: 'k' } : { isGood: false, message: 'no such key' },
    away: () => undefined,
    holders: new Holders(),
    second: 'refuse',
    maxStreams: 2,
    silence: 60_000,
    publish: async ({ stream, senders, signal }: Publishing) => {
      const programme = { stream, taken: [] as string[], isOver: false };
      programmes.push(programme);
      for (;;) {
        const sending = senders.take();
        if (sending === undefined) break;
        for await (const slice of sending.bytes.read()) programme.taken.push(String(slice));
        const isLost = sending.bytes.loss !== undefined && !sending.isFinal;
        sending.done();
        if (senders.hasNext && !signal.aborted) continue;
        if (!isLost || signal.aborted || !(await senders.wait(5000, signal))) break;
      }
      programme.isOver = true;
    },
    onEvent: (event) => events.push(event),
    ...more,
  });
  const ask = (stream: string, key = 'good') =>
    desk.ask({ protocol: 'rtmp', stream, key, address: '192.0.2.1:7' });
  const enter = async (stream: string) => {
    const { seat } = admitted(await ask(stream));
    const pipe = new MediaPipe(1000);
    seat.signal.addEventListener('abort', () => pipe.end(seat.signal.reason));
    return { seat, pipe, sent: seat.send({ container: 'flv', bytes: pipe }) };
  };
  return { desk, ask, enter, events, programmes };
}

/** The seat of who was let in. */
export function admitted(answer: Answer): { readonly seat: Seat } {
  assert.ok(answer.isAdmitted, JSON.stringify(answer));
  return answer;
}

/** Why somebody was not let in. */
export const why = (answer: Answer) => (answer.isAdmitted ? 'admitted' : answer.why);
