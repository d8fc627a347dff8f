/** Clips and recordings of made streams with FFmpeg's own bytes, judged by FFmpeg. */
import assert from 'node:assert/strict';
import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ConfigurationError, IncompleteError } from '../../src/errors.ts';
import { createMemoryCluster } from '../../src/kafka/memory.ts';
import type { PlayEvent } from '../../src/live/play/options.ts';
import { playFrom } from '../../src/live/play/play.ts';
import type { RecordEvent, RecordFromOptions } from '../../src/live/record/options.ts';
import { recordFrom } from '../../src/live/record/record.ts';
import { encodedFilm, type Film, filmed, probe, steps } from '../support/film.ts';
import { temporaryFolder } from '../support/folder.ts';
import { LiveScript } from '../support/live-records.ts';
import { LiveTopic } from '../support/live-topic.ts';

/** Milliseconds since the epoch of Unix: when the first picture of every stream here was taken. */
const began = 1_790_000_000_000;

/** Encoded once, for encoding is what takes time here. */
let films: Promise<{ readonly large: Film; readonly small: Film }> | undefined;

async function filmsOf(folder: string) {
  const [large, small] = [await encodedFilm(folder, 10, 192), await encodedFilm(folder, 10, 128)];
  return { large, small };
}

async function ground(
  t: TestContext,
  script: LiveScript,
  choose?: (rendition: string, epoch: number) => Film,
) {
  const folder = await temporaryFolder(t);
  films ??= filmsOf(folder);
  const { large } = await films;
  const kafka = createMemoryCluster({ maxMessageBytes: 8 << 20 }).client();
  t.after(() => kafka.close());
  const topic = await LiveTopic.open(kafka, 'live', { began });
  await topic.append(filmed(script, choose ?? (() => large)));
  const events: RecordEvent[] = [];
  const record = (options: Partial<RecordFromOptions>) =>
    recordFrom(kafka, {
      stream: 'cam',
      out: join(folder, 'clip.mp4'),
      onEvent: (event) => events.push(event),
      ...options,
    });
  return { kafka, topic, folder, events, record, clip: join(folder, 'clip.mp4') };
}

const at = (seconds: number) => began + seconds * 1000;

test('A clip has the segments of its time, and no others; it plays from 0', async (t) => {
  const { record, clip, events } = await ground(t, new LiveScript().segments(9));
  const summary = await record({ from: at(2.5), to: at(6) });
  assert.deepEqual([summary.segments, summary.gaps, summary.interrupted], [4, 0, false]);
  assert.equal(events.find((event) => event.type === 'started')?.media, 2);
  const { duration, begin, pictures, sound } = await probe(clip);
  assert.equal(begin, 0);
  assert.equal(pictures.length, 4 * 30);
  assert.ok(Math.abs(duration - 4) < 0.05, `it lasts ${duration} s`);
  assert.ok(steps(pictures).most < 0.034 && steps(sound).most < 0.022);
  await assert.rejects(access(`${clip}.part`));
});

test('Nothing is between a restart with the same settings, or a gap, and what follows', async (t) => {
  const script = new LiveScript().segments(2).gap().segments(2).parts(3).restart().segments(2).end();
  const { record, clip } = await ground(t, script);
  const summary = await record({ from: 'beginning' });
  assert.equal(summary.gaps, 1);
  assert.equal(summary.files.length, 1);
  const { pictures, sound } = await probe(clip);
  assert.equal(pictures.length, 6 * 30 + 3 * 6);
  for (const times of [pictures, sound]) {
    const { least, most } = steps(times);
    assert.ok(least > 0 && most < 0.1, `steps from ${least} to ${most} s`);
  }
});

test('What a restart made otherwise goes to another file; a player is told to begin anew, or gets the init', async (t) => {
  const script = new LiveScript().segments(2).restart().segments(2).end();
  const folder = await temporaryFolder(t);
  films ??= filmsOf(folder);
  const { large, small } = await films;
  const { kafka, record, clip } = await ground(t, script, (_, epoch) => (epoch === 1 ? large : small));
  const { files } = await record({ from: 'beginning' });
  assert.deepEqual(
    files.map(({ path }) => path),
    [clip, clip.replace('.mp4', '-2.mp4')],
  );
  for (const [index, width] of [192, 128].entries()) {
    const found = await probe(files[index]?.path ?? '');
    assert.deepEqual([found.width, found.begin, found.pictures.length], [width, 0, 60]);
  }
  const play = async (goOn: boolean) => {
    const pieces: Buffer[] = [];
    const events: PlayEvent[] = [];
    const onEvent = (event: PlayEvent) => events.push(event);
    const options = { stream: 'cam', from: 'beginning', goOn, onEvent } as const;
    for await (const piece of playFrom(kafka, options)) pieces.push(piece);
    return { pieces, events };
  };
  await assert.rejects(play(false), IncompleteError);
  const { pieces, events } = await play(true);
  assert.equal(pieces.filter((piece) => piece.equals(large.init)).length, 1);
  assert.ok(pieces[11]?.equals(small.init), 'the other init stands between the parts');
  assert.equal(events.find((event) => event.type === 'cut')?.changed, true);
});

test('The best rendition is recorded unless another is asked for', async (t) => {
  const folder = await temporaryFolder(t);
  films ??= filmsOf(folder);
  const { large, small } = await films;
  const script = new LiveScript({ renditions: ['large', 'small'] }).segments(3).end();
  const { record, clip } = await ground(t, script, (name) => (name === 'large' ? large : small));
  await record({ from: 'beginning' });
  assert.equal((await probe(clip)).width, 192);
  await record({ from: 'beginning', rendition: 'small', force: true });
  assert.equal((await probe(clip)).width, 128);
  await assert.rejects(
    record({ from: 'beginning', rendition: 'huge', force: true }),
    (error) => error instanceof ConfigurationError && /it has: large, small/.test(error.message),
  );
});

test('A recording that is interrupted has whole parts, and plays', async (t) => {
  const script = new LiveScript({ chunksPerPart: 1 }).segments(2);
  const { kafka, topic, clip, events } = await ground(t, script);
  const stop = new AbortController();
  // It records from now on, and now is when it begins to read: what is appended before that is not for it.
  const reading = Promise.withResolvers<void>();
  const read = kafka.consumer.bind(kafka);
  kafka.consumer = (options) => {
    if (options.topic === 'live') reading.resolve();
    return read(options);
  };
  const running = recordFrom(kafka, {
    stream: 'cam',
    out: clip,
    signal: stop.signal,
    onEvent: (event) => {
      events.push(event);
      if (event.type === 'started') stop.abort();
    },
  });
  await Promise.race([reading.promise, running]);
  const more = new LiveScript().segments(4);
  const { large } = await (films as NonNullable<typeof films>);
  const made = filmed(more, () => large);
  await topic.append(made.filter(({ record: { media } }) => media >= 2));
  const summary = await running;
  assert.equal(summary.interrupted, true);
  const { pictures, begin } = await probe(clip);
  assert.equal(begin, 0);
  assert.equal(pictures.length % 6, 0);
});

test('A file that is there is not touched, nor is a recording of it', async (t) => {
  const { record, clip } = await ground(t, new LiveScript().segments(2).end());
  await writeFile(clip, 'mine');
  await assert.rejects(record({ from: 'beginning' }), /clip\.mp4 is there already/);
  await record({ from: 'beginning', force: true });
  assert.equal((await probe(clip)).pictures.length, 60);
  const other = clip.replace('clip', 'other');
  await writeFile(`${other}.part`, 'mine');
  await assert.rejects(record({ from: 'beginning', out: other }), /other\.mp4\.part is there already/);
});

test('A place where no file can come is refused before anything is waited for, with force as well', async (t) => {
  const { record, folder } = await ground(t, new LiveScript());
  const places: [out: string, said: RegExp][] = [
    [folder, /is no file, but something else/],
    ['/dev/null', /is no file, but something else/],
    [join(folder, 'no/such/clip.mp4'), /there is no folder .*no\/such$/],
  ];
  for (const [out, said] of places) {
    const signal = AbortSignal.timeout(5000);
    await assert.rejects(
      record({ out, force: true, signal }),
      (error) => error instanceof ConfigurationError && said.test(error.message),
    );
  }
});

test('A time that the topic has nothing of is told', async (t) => {
  const { record, clip, events } = await ground(t, new LiveScript().segments(3).end());
  await assert.rejects(record({ from: at(60) }), ConfigurationError);
  await assert.rejects(record({ from: at(2), to: at(1) }), ConfigurationError);
  await assert.rejects(record({ to: at(1) }), ConfigurationError);
  await assert.rejects(record({ from: at(-20), to: at(-10) }), IncompleteError);
  await assert.rejects(access(clip));
  await record({ from: at(-20), to: at(1) });
  assert.equal((await probe(clip)).pictures.length, 30);
  assert.match(events.find((event) => event.type === 'warning')?.message ?? '', /begins 20 s later/);
});
