/** With real FFmpeg: what waited for its encoder. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { silentLogger } from '../../../log.ts';
import type { MediaEvent } from '../../media.ts';
import { Plans } from './plans.ts';
import { Senders } from './senders.ts';
import { SentRun } from './sent-run.ts';

/** Seconds: more than a sender can have kept. */
const film = 60;

async function* filmed(): AsyncGenerator<Buffer> {
  const picture = ['-f', 'lavfi', '-i', 'color=size=64x36:rate=10', '-t', String(film)];
  const coded = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '20', '-bf', '0', '-pix_fmt', 'yuv420p'];
  const child = spawn('ffmpeg', ['-nostdin', '-v', 'error', ...picture, ...coded, '-f', 'flv', '-'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const piece of child.stdout) yield piece as Buffer;
}

/** Seconds that come of it where it began to be sent so many seconds ago, and how that ends: of a sender that has ended by then an error is a note. */
async function encoded(ago: number): Promise<{ readonly seconds: number; readonly error?: string }> {
  const plans = new Plans({ videoCodec: 'copy', rate: 10 }, 'ffmpeg');
  const senders = new Senders();
  const signal = new AbortController().signal;
  const media = { container: 'flv', bytes: filmed() } as const;
  const offered = senders.offer({ media, silence: 60_000, signal, isFinal: () => false, fail: () => {} });
  const sending = senders.take()!;
  const since = sending.since - ago * 1000;
  const limits = { stallAfter: 60_000, reconnect: 0 };
  const options = { senders, plans, ffmpeg: 'ffmpeg', ...limits, logger: silentLogger };
  const run = new SentRun(options, { ...sending, since });
  let seconds = 0;
  let end: MediaEvent | undefined;
  let note: string | undefined;
  for await (const event of run.events(signal)) {
    if (event.type === 'chunk') seconds = (event.time + event.duration) / event.timescale;
    if (event.type === 'note' && event.message.startsWith('what was sent last')) note = event.message;
    if (event.type === 'end') end = event;
  }
  sending.done();
  await offered;
  const error = end?.type === 'end' ? (end.error?.message ?? note) : note;
  return { seconds, ...(error === undefined ? {} : { error }) };
}

test('A sender whose encoder comes late is not told that its times have leapt', async () => {
  assert.deepEqual(await encoded(film), { seconds: film });
  const early = await encoded(0);
  assert.match(early.error ?? '', /leapt ahead/);
});
