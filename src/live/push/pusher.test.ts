/** A target, before programs of the test in the place of FFmpeg. */
import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { aacTrack, avcTrack, madeFragment, madeInit } from '../../../test/support/boxes.ts';
import { waitFor } from '../../../test/support/wait.ts';
import type { Step } from '../play/continuity.ts';
import type { PushEvent } from './options.ts';
import { Pusher } from './pusher.ts';
import { parseTarget } from './target.ts';

const begin = (...tracks: ReturnType<typeof avcTrack>[]) =>
  ({ type: 'begin', init: madeInit(...tracks) }) as unknown as Step;

function chunk(bytes = madeFragment({ id: 1, time: 0, samples: 30, duration: 512, size: 3 })): Step {
  const record = { keyframe: true, chunk: 0, duration: 15_360, timescale: 15_360 };
  return { type: 'chunk', record, bytes, offset: 0 } as unknown as Step;
}

async function ground(t: TestContext, script: string) {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-pusher-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const ffmpeg = join(folder, 'ffmpeg');
  await writeFile(ffmpeg, `#!/bin/sh\n${script}\n`);
  await chmod(ffmpeg, 0o700);
  const events: PushEvent[] = [];
  const told = Promise.withResolvers<void>();
  const over = new AbortController();
  t.after(() => over.abort());
  const pusher = new Pusher({
    target: parseTarget('rtmp://h/app/SECRETKEY'),
    ...{ bitrate: 1e6, stallAfter: 15_000, ffmpeg, signal: over.signal },
    onEvent: (event) => {
      events.push(event);
      told.resolve();
    },
    onComplaint: () => {},
  });
  return { pusher, events, told: told.promise };
}

test('a target that fails at the end of the programme is not waited for', async (t) => {
  const { pusher, events } = await ground(t, 'cat > /dev/null; echo "no" >&2; exit 1');
  pusher.take(begin(avcTrack(), aacTrack()));
  const running = pusher.run();
  pusher.take(chunk());
  await new Promise(setImmediate);
  pusher.take(chunk());
  pusher.end();
  await running;
  assert.deepEqual(
    events.map((event) => event.type === 'disconnected' && event.retryIn),
    [0],
  );
});

test('what was left out is counted once, also where other tracks follow', async (t) => {
  const script = 'echo total_size=5; echo progress=continue; exec cat > /dev/null';
  const { pusher, events, told } = await ground(t, script);
  pusher.take(begin(avcTrack(), aacTrack()));
  const running = pusher.run();
  await new Promise(setImmediate);
  pusher.take(chunk());
  await told;
  // More than may wait, at once.
  for (let second = 0; second < 14; second += 1) pusher.take(chunk());
  assert.equal(pusher.state.dropped, 1);
  pusher.take(begin(avcTrack()));
  pusher.take(chunk());
  await waitFor(() => events.length === 2, { what: 'the next connection' });
  assert.deepEqual([pusher.state.connections, pusher.state.dropped], [2, 1]);
  pusher.end();
  await running;
});
