/** The publisher as users run it: real FFmpeg, real Kafka, killed and taken over; kcat says what stands there. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { createKafka } from '../../src/kafka/client.ts';
import type { Kafka } from '../../src/kafka/contract.ts';
import { testBroker } from '../support/broker.ts';
import { temporaryFolder } from '../support/folder.ts';
import { kcat } from '../support/kcat.ts';
import { expectStream, segmentsOf, standingStream } from '../support/live-stream.ts';
import { makeMedia, picture } from '../support/media.ts';
import { type FollowedSluice, followSluice } from '../support/sluice-events.ts';
import { uniqueTopic } from '../support/unique.ts';

const small = ['--size', '160x90', '--bitrate', '100k', '--preset', 'ultrafast'];
const quick = ['--segment-target', '1s', '--keyframe-interval', '1s'];

/** A topic of the test's own, and publishers on it that do not outlive the test. */
async function ground(t: TestContext) {
  const { bootstrapServers } = await testBroker();
  const topic = uniqueTopic('live');
  const kafka: Kafka = createKafka({ properties: { 'bootstrap.servers': bootstrapServers } });
  t.after(() => kafka.close());
  const publish = (...args: readonly string[]): FollowedSluice => {
    const common = ['live', 'publish', '--bootstrap-servers', bootstrapServers, '--topic', topic];
    const run = followSluice([...common, '--stream', 'cam', '--input', 'test', ...quick, ...args]);
    t.after(() => run.kill());
    return run;
  };
  return { bootstrapServers, topic, publish, standing: () => standingStream(kafka, topic, 'cam') };
}

const segment = (run: FollowedSluice, media: number) =>
  run.event((event) => event.type === 'segment' && event.media === media, `segment ${media}`);

/** The FFmpeg that a publisher has started. */
function encoderOf({ child }: FollowedSluice): number {
  const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8');
  const pids = children.trim().split(/\s+/).map(Number);
  const encoder = pids.find((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'ffmpeg');
  assert.ok(encoder, 'an FFmpeg runs');
  return encoder;
}

test('Two renditions with the same numbers, as kcat sees them, until a signal ends the programme', async (t) => {
  const { bootstrapServers, topic, publish, standing } = await ground(t);
  const run = publish('--rendition', '160x90@100k', '--rendition', 'tiny=64x36@30k', '--preset', 'ultrafast');
  await segment(run, 1);
  run.child.kill('SIGINT');
  const { code, summary } = await run.ended;
  assert.equal(code, 130);
  const found = await standing();
  expectStream(found);
  assert.equal(summary?.parts, found.media.filter(({ record }) => record.kind === 'part').length);
  assert.equal(found.index.at(-1)?.kind, 'end');
  assert.equal(found.claims.at(-1)?.state, 'ended');

  const numbers = new Map<string, string>();
  const at = found.media[0]?.partition ?? 0;
  const seen = await kcat([
    ...['-C', '-b', bootstrapServers, '-t', topic, '-p', String(at), '-o', 'beginning', '-e', '-q'],
    ...['-f', '%k %S %h\n'],
  ]);
  const lines = seen.toString().trim().split('\n');
  assert.equal(lines.length, found.media.length);
  let twins = 0;
  for (const line of lines) {
    const [key, size, headers = ''] = line.split(' ');
    assert.equal(key, 'cam');
    const kind = /^sluice=1,kind=(init|part|end),stream=cam,epoch=\d{16},sequence=\d{16},media=\d{16},/.exec(
      headers,
    )?.[1];
    assert.ok(kind, headers);
    assert.equal(Number(size) > 0, kind !== 'end');
    if (kind !== 'part') continue;
    assert.match(
      headers,
      /rendition=(?:90p|tiny),part=\d{16},chunk=\d{16},flags=k?l,timescale=\d{16},time=\d{16},duration=\d{16},captured=\d{16}$/,
    );
    const numbered = headers.replace(/sequence=\d+,|rendition=\w+,/g, '');
    const ordinal = /ordinal=(\d+)/.exec(headers)?.[1] ?? '';
    const other = numbers.get(ordinal);
    if (other !== undefined) {
      assert.equal(numbered, other, 'renditions have the same numbers and times');
      twins += 1;
    }
    numbers.set(ordinal, numbered);
  }
  assert.ok(twins >= 9, `${twins} parts stand in both renditions`);
});

test('Killed and restarted: numbers go on, one discontinuity, nothing acknowledged is lost', async (t) => {
  const { publish, standing } = await ground(t);
  const first = publish(...small, '--chunks', 'frame');
  await segment(first, 1);
  const before = await standing();
  await first.kill();
  const second = publish(...small, '--chunks', 'frame');
  const started = await second.event(({ type }) => type === 'started', 'start');
  await segment(second, Number(started.media) + 1);
  // The encoder dies as well: another epoch of the same publisher.
  process.kill(encoderOf(second), 'SIGKILL');
  const restarted = await second.event(({ type }) => type === 'encoder-restarted', 'restart');
  await second.event(({ type, epoch }) => type === 'segment' && epoch === restarted.epoch, 'epoch 3');
  second.child.kill('SIGTERM');
  assert.equal((await second.ended).code, 130);
  const found = await standing();
  expectStream(found);
  assert.deepEqual(found.media.slice(0, before.media.length), before.media);
  const segments = segmentsOf(found.media);
  assert.deepEqual(
    segments,
    segments.map((_, index) => index),
    'media sequence numbers without holes',
  );
  const breaks = found.index.filter((entry) => entry.kind === 'segment' && entry.discontinuity);
  assert.deepEqual(
    breaks.map(({ epoch, discontinuities }) => [epoch, discontinuities]),
    [
      [2, 1],
      [3, 2],
    ],
  );
  // What the killed one left is in the index too.
  assert.deepEqual(
    found.index.filter(({ kind }) => kind === 'segment').map(({ media }) => media),
    segments,
  );
});

test('A second publisher is refused, one with --takeover and the key takes over, and the first stops', async (t) => {
  const { publish, standing } = await ground(t);
  const key = ['--stream-key', 'open sesame'];
  const first = publish(...small, ...key);
  await segment(first, 0);
  const arguments_ = readFileSync(`/proc/${first.child.pid}/cmdline`, 'utf8');
  assert.doesNotMatch(arguments_, /sesame/);
  const [refused, keyless] = [publish(...small, ...key), publish(...small, '--takeover')];
  const [one, other] = await Promise.all([refused.ended, keyless.ended]);
  assert.deepEqual([one.code, other.code], [2, 2]);
  assert.match(one.stderr, /stream "cam" is being published on .*--takeover/);
  assert.match(other.stderr, /SLUICE_STREAM_KEY/);
  const second = publish(...small, ...key, '--takeover');
  const fenced = await first.ended;
  assert.equal(fenced.code, 1);
  assert.match(fenced.stderr, /taken over by .*epoch 2/);
  assert.doesNotMatch(fenced.stderr + one.stderr + other.stderr, /sesame/);
  await second.event(({ type }) => type === 'segment', 'a segment');
  second.child.kill('SIGINT');
  await second.ended;
  const found = await standing();
  expectStream(found);
  assert.deepEqual(
    [...new Set(found.media.map(({ record }) => record.epoch))],
    [1, 2],
    'nothing of the first stands behind the second',
  );
});

test('A file whose copied picture lacks keyframes at one place ends the publisher with that, once it has failed there again', async (t) => {
  const { publish, standing } = await ground(t);
  const folder = await temporaryFolder(t);
  // Behind what is looked at before anything begins.
  const keyframes = ['-g', '9999', '-force_key_frames', 'expr:lt(t,22)*gte(t,n_forced*2)'];
  const encoded = [...picture(27, '64x36', 10), '-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '0'];
  const input = await makeMedia(folder, 'film.mp4', [...encoded, ...keyframes]);
  const copied = ['--video-codec', 'copy', '--segment-target', '2s', '--keyframe-interval', '2s'];
  const run = publish('--input', input, '--fast', ...copied);
  await run.event(({ type }) => type === 'encoder-restarted', 'the second attempt');
  const { code, stderr } = await run.ended;
  assert.equal(code, 2, stderr);
  assert.match(stderr, /no keyframe for/);
  expectStream(await standing());
});
