/** The two verbs as users run them: a real publisher that is killed and comes back, real Kafka; FFmpeg judges what came out. */
import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { freePort } from '../../src/broker/ports.ts';
import { testBroker } from '../support/broker.ts';
import { probe, steps } from '../support/film.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runCommand } from '../support/process.ts';
import { redirectSluice, runSluice } from '../support/sluice.ts';
import { followSluice } from '../support/sluice-events.ts';
import { uniqueTopic } from '../support/unique.ts';
import { waitFor } from '../support/wait.ts';

const main = join(import.meta.dirname, '../../src/cli/main.ts');

test('A recording and a player go on over a killed publisher, and end with the programme', async (t) => {
  const { bootstrapServers } = await testBroker();
  const folder = await temporaryFolder(t);
  const topic = uniqueTopic('live');
  const common = ['--bootstrap-servers', bootstrapServers, '--topic', topic, '--stream', 'cam'];
  const publish = () => {
    const small = ['--size', '160x90', '--bitrate', '100k', '--preset', 'ultrafast'];
    const quick = ['--segment-target', '1s', '--keyframe-interval', '1s'];
    const run = followSluice(['live', 'publish', ...common, '--input', 'test', ...small, ...quick]);
    t.after(() => run.kill());
    return run;
  };
  const out = join(folder, 'whole.mp4');
  const recorder = followSluice(['live', 'record', ...common, '--out', out]);
  t.after(() => recorder.kill());
  const played = join(folder, 'played.mp4');
  const figures = await freePort('127.0.0.1', new Set());
  const player = runCommand('sh', [
    ...['-c', 'out=$1; shift; exec "$@" > "$out"', 'sh', played],
    ...[process.execPath, main, 'live', 'play', ...common, '--metrics-port', String(figures)],
  ]);
  const first = publish();
  await first.event((event) => event.type === 'segment' && event.media === 2, 'the third segment');
  await recorder.event((event) => event.type === 'started', 'a recording');
  await waitFor(async () => (await stat(played)).size > 0, { what: 'something to be played' });
  const told = await (await fetch(`http://127.0.0.1:${figures}/metrics`)).text();
  assert.match(told, /^sluice_play_bytes_total [1-9]\d*$/m);
  const playing = ['live', 'play', ...common, '--from', 'beginning'];
  const atFull = await redirectSluice('>/dev/full', playing);
  assert.match(atFull.stderr, /^sluice: standard output cannot be written \(ENOSPC[^\n]*\n$/);
  assert.equal(atFull.code, 1);
  assert.deepEqual(await redirectSluice('| true', playing), { code: 0, stderr: '' });
  await first.kill();
  const second = publish();
  await recorder.event((event) => event.type === 'cut', 'a cut');
  await second.event((event) => event.type === 'segment' && event.epoch === 2, 'a segment of it');
  second.child.kill('SIGINT');
  const summary = await recorder.event((event) => event.type === 'summary', 'the summary');
  assert.equal(summary.interrupted, false);
  assert.deepEqual(
    (summary.files as { path: string }[]).map(({ path }) => path),
    [out],
  );
  const finished = await player;
  assert.deepEqual([finished.code, /it goes on/.test(finished.stderr)], [0, true], finished.stderr);
  for (const path of [out, played]) {
    const { begin, pictures, sound } = await probe(path);
    assert.equal(begin, 0);
    for (const times of [pictures, sound]) {
      const { least, most } = steps(times);
      assert.ok(least > 0 && most < 0.15, `steps from ${least} to ${most} s`);
    }
  }
  const clip = join(folder, 'clip.mp4');
  const args = ['live', 'record', ...common, '--from', 'beginning', '--out', clip];
  assert.equal((await runSluice(args)).code, 0);
  // Whoever came while the stream was live may have come after its first segment.
  assert.ok((await probe(clip)).pictures.length >= (await probe(out)).pictures.length);
  const again = await runSluice(args);
  assert.deepEqual([again.code, /is there already/.test(again.stderr)], [2, true]);
  const absent = await runSluice(['live', 'play', ...common, '--once']);
  assert.deepEqual([absent.code, /is over/.test(absent.stderr)], [2, true], absent.stderr);
});
