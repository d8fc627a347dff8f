import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { LiveScript } from '../../test/support/live-records.ts';
import { LiveTopic } from '../../test/support/live-topic.ts';
import { waitFor } from '../../test/support/wait.ts';
import type { Kafka } from '../kafka/contract.ts';
import { createMemoryCluster, type MemoryCluster } from '../kafka/memory.ts';
import type { LiveStream, Segment } from './contract.ts';
import { type OpenStreams, openStreams, type StreamsOptions } from './streams.ts';
import { firstListed, windowDefaults } from './window/limits.ts';

const inMicroseconds = (milliseconds: number): number => milliseconds * 1000;

/** A stream whose programme began some seconds ago. */
function script(seconds: number, options: ConstructorParameters<typeof LiveScript>[0] = {}): LiveScript {
  return new LiveScript({ began: inMicroseconds(Date.now() - seconds * 1000), ...options });
}

function server(
  t: TestContext,
  kafka: Kafka,
  options: Partial<StreamsOptions> = {},
): Promise<OpenStreams> & { stop(): void } {
  const stop = new AbortController();
  const opening = openStreams({ kafka, topic: 'live', signal: stop.signal, ...options });
  t.after(async () => {
    stop.abort();
    await (await opening).ended;
  });
  return Object.assign(opening, { stop: () => stop.abort() });
}

const text = (buffers: readonly Buffer[] | undefined): string => Buffer.concat(buffers ?? []).toString();

/** What playlists of a stream could show. */
function shown(live: LiveStream | undefined): unknown {
  return live?.renditions.map(({ name, facts, segments, edge }) => {
    const listed: readonly Segment[] = segments.slice(
      firstListed(segments, live.targets.segment, windowDefaults.listed),
    );
    return { name, facts, edge, listed };
  });
}

/** Memory clusters stamp records themselves: this one's clock is the pictures'. */
function clockedCluster(): { readonly cluster: MemoryCluster; set(milliseconds: number): void } {
  let time = Date.now();
  const cluster = createMemoryCluster({ now: () => time });
  return {
    cluster,
    set(milliseconds) {
      time = milliseconds;
    },
  };
}

test('A topic that does not exist is waited for, and its streams come by themselves', async (t) => {
  const kafka = createMemoryCluster().client();
  const words: string[] = [];
  const streams = await server(t, kafka, { onWord: ({ type }) => words.push(type) });
  assert.deepEqual(streams.list(), []);
  let told = 0;
  streams.listen(() => {
    told += 1;
  });
  const topic = await LiveTopic.open(kafka, 'live', { began: 1000 });
  await topic.append(script(5).segments(2).parts(1).made);
  await waitFor(
    () => streams.list().length === 1 && streams.live('cam')?.rendition('main')?.edge.media === 2,
  );
  assert.deepEqual(streams.list(), [{ name: 'cam', state: 'live', began: 1000 }]);
  assert.deepEqual(words, ['waiting', 'resumed']);
  assert.ok(told > 0);
});

test('A server that has just begun shows what one shows that was there from the beginning', async (t) => {
  const { cluster, set } = clockedCluster();
  const kafka = cluster.client();
  const began = Date.now() - 120_000;
  set(began);
  const topic = await LiveTopic.open(kafka, 'live');
  const first = await server(t, kafka);
  const made = script(120, { renditions: ['high', 'low'], chunksPerPart: 2 });
  for (let segment = 0; segment < 120; segment += 1) {
    const from = made.made.length;
    if (segment === 110) made.parts(2).restart();
    else if (segment === 100) made.gap();
    else made.segments(1);
    set(began + (segment + 1) * 1000);
    await topic.append(made.made.slice(from));
  }
  const from = made.made.length;
  await topic.append(made.parts(3).made.slice(from));
  const complete = () => first.live('cam')?.rendition('low')?.edge.part === 3;
  await waitFor(complete, { what: 'the first server' });
  const second = await server(t, kafka);
  assert.equal(second.live('cam')?.rendition('low')?.edge.part, 3);
  assert.deepEqual(shown(second.live('cam')), shown(first.live('cam')));
  await waitFor(() => first.archive.segments('cam').length === second.archive.segments('cam').length);
  assert.deepEqual(second.archive.segments('cam'), first.archive.segments('cam'));
  assert.equal(second.archive.segments('cam').length, 120);
});

test('A stream that has been silent for hours is shown as it was left, whatever filled its partition since', async (t) => {
  const { cluster, set } = clockedCluster();
  const kafka = cluster.client();
  set(Date.now() - 3 * 3_600_000);
  const topic = await LiveTopic.open(kafka, 'live');
  const silent = script(3 * 3600)
    .segments(60)
    .parts(3);
  await topic.append(silent.made);
  for (let hour = 2; hour > 0; hour -= 1) {
    set(Date.now() - hour * 3_600_000);
    await topic.append(
      script(hour * 3600, { stream: `other-${hour}` })
        .segments(50)
        .end().made,
    );
  }
  const streams = await server(t, kafka);
  const main = streams.live('cam')?.rendition('main');
  assert.deepEqual(main?.edge, { epoch: 1, media: 60, part: 3, ordinal: 303 });
  assert.ok((main?.segments.length ?? 0) > 30, `${main?.segments.length} segments`);
  assert.equal(streams.live('other-1'), undefined);
  assert.deepEqual(
    streams.list().map(({ name, state }) => `${name} ${state}`),
    ['cam live', 'other-1 ended', 'other-2 ended'],
  );
});

test('A silent stream of which retention has left nothing holds no server up', async (t) => {
  const { cluster, set } = clockedCluster();
  const kafka = cluster.client();
  set(Date.now() - 3 * 3_600_000);
  const topic = await LiveTopic.open(kafka, 'live');
  await topic.append(script(3 * 3600).segments(10).made);
  const [end = 0] = (await kafka.offsets('live', 'latest')).values();
  await topic.append(script(3 * 3600, { stream: 'other' }).segments(3).made);
  cluster.deleteRecords('live', 0, end + 5);
  const streams = await server(t, kafka);
  assert.deepEqual(
    streams.list().map(({ name }) => name),
    ['other'],
  );
});

test('What is not of the format, a zombie or a repetition changes nothing', async (t) => {
  const kafka = createMemoryCluster().client();
  const topic = await LiveTopic.open(kafka, 'live');
  const streams = await server(t, kafka);
  const made = script(20).segments(3).parts(2).restart();
  const zombie = script(20).segments(5).made.slice(-10);
  await topic.append(made.segments(2).made);
  await topic.appendBare([...zombie, ...made.made.slice(-8)]);
  const producer = kafka.producer();
  const strange = {
    key: Buffer.from('cam'),
    headers: [['sluice', Buffer.from('1')] as const],
    value: Buffer.from('?'),
  };
  for (const name of ['live', 'live.index', 'live.streams']) await producer.append(name, 0, strange);
  const from = made.made.length;
  await topic.append(made.parts(1).made.slice(from));
  await waitFor(() => streams.live('cam')?.rendition('main')?.edge.media === 6);
  await waitFor(() => streams.passedOver === 3);
  const segments = streams.live('cam')?.rendition('main')?.segments ?? [];
  assert.deepEqual(
    segments.map(({ epoch, media, parts }) => [epoch, media, parts.length]),
    [
      [1, 0, 5],
      [1, 1, 5],
      [1, 2, 5],
      [1, 3, 2],
      [2, 4, 5],
      [2, 5, 5],
      [2, 6, 1],
    ],
  );
});

test('An ended programme is to be had from the archive, until another begins', async (t) => {
  const kafka = createMemoryCluster().client();
  const topic = await LiveTopic.open(kafka, 'live');
  const streams = await server(t, kafka);
  const made = script(60, { renditions: ['high', 'low'] });
  const expected = made.segments(12).end().made;
  await topic.append(expected);
  await waitFor(() => streams.live('cam')?.ended === true && streams.archive.segments('cam').length === 12);
  await waitFor(() => streams.list()[0]?.state === 'ended');
  const before = streams.live('cam');
  const low = expected.flatMap(({ record, bytes }) =>
    record.kind === 'part' && record.rendition === 'low' && record.media === 3 ? [bytes] : [],
  );
  assert.equal(text(await streams.archive.bytes('cam', 'low', 1, 3)), text(low));
  assert.equal((await streams.archive.init('cam', 'low', 1))?.toString().trim(), 'init low 1');
  assert.deepEqual(
    (await streams.archive.renditions('cam')).map(({ name, targets }) => [name, targets.segment]),
    [
      ['high', 1_000_000],
      ['low', 1_000_000],
    ],
  );
  assert.equal(await streams.archive.bytes('cam', 'low', 2, 3), undefined);
  assert.equal(await streams.archive.bytes('cam', 'other', 1, 3), undefined);
  assert.equal(await streams.archive.bytes('cam', '__proto__', 1, 3), undefined);
  assert.equal(await streams.archive.bytes('none', 'low', 1, 3), undefined);
  const from = made.made.length;
  await topic.append(made.restart(false).segments(1).parts(1).made.slice(from));
  await waitFor(() => streams.archive.segments('cam').length === 1);
  assert.notEqual(streams.live('cam'), before);
  assert.equal(before?.ended, true);
  assert.equal(streams.live('cam')?.ended, false);
  await topic.forget('cam');
  await waitFor(() => streams.live('cam') === undefined && streams.list().length === 0);
});

test('What retention has removed is not there, and not listed any more', async (t) => {
  const cluster = createMemoryCluster();
  const kafka = cluster.client();
  const topic = await LiveTopic.open(kafka, 'live');
  const made = script(60).segments(20).end().made;
  await topic.append(made);
  const streams = await server(t, kafka, { cacheBytes: 0 });
  assert.equal(streams.archive.segments('cam').length, 20);
  const { first = 0 } = streams.archive.segments('cam')[10] ?? {};
  cluster.deleteRecords('live', 0, first + 1);
  assert.equal(await streams.archive.bytes('cam', 'main', 1, 10), undefined);
  assert.equal(streams.archive.segments('cam')[0]?.media, 11);
  assert.notEqual(await streams.archive.bytes('cam', 'main', 1, 11), undefined);
});

test('A topic that was made anew empties everything, and is followed by itself', async (t) => {
  const cluster = createMemoryCluster();
  const kafka = cluster.client();
  const names = ['live', 'live.index', 'live.streams'];
  const topic = await LiveTopic.open(kafka, 'live');
  await topic.append(script(20).segments(3).made);
  const words: string[] = [];
  const streams = await server(t, kafka, { onWord: ({ message }) => words.push(message) });
  assert.equal(streams.list().length, 1);
  for (const name of names) cluster.deleteTopic(name);
  await waitFor(() => streams.list().length === 0);
  const again = await LiveTopic.open(kafka, 'live');
  await again.append(script(20, { stream: 'other' }).segments(2).made);
  await waitFor(() => streams.live('other') !== undefined);
  assert.equal(streams.live('cam'), undefined);
  assert.match(words[0] ?? '', /beginning anew/);
});

test('A topic that was cut is read anew by itself', async (t) => {
  const cluster = createMemoryCluster();
  const kafka = cluster.client();
  const topic = await LiveTopic.open(kafka, 'live');
  const made = script(20);
  await topic.append(made.segments(3).made);
  const words: string[] = [];
  const streams = await server(t, kafka, { onWord: ({ message }) => words.push(message) });
  const before = made.made.length;
  cluster.cutLog('live', 0, 3);
  await topic.append(made.segments(1).made.slice(before));
  await waitFor(() => words.length === 1);
  await waitFor(() => streams.live('cam')?.rendition('main')?.segments.at(-1)?.media === 3);
  assert.match(words[0] ?? '', /cut.*beginning anew/);
});

test('A segment of which the index does not know the place is found by its time', async (t) => {
  const { cluster, set } = clockedCluster();
  const kafka = cluster.client();
  const began = Date.now() - 100_000;
  const topic = await LiveTopic.open(kafka, 'live');
  const made = script(100);
  for (let segment = 0; segment < 40; segment += 1) {
    const from = made.made.length;
    set(began + (segment + 1) * 1000);
    await topic.append(made.segments(1).made.slice(from));
  }
  const { KafkaArchive } = await import('./archive/archive.ts');
  const stop = new AbortController();
  t.after(() => stop.abort());
  const archive = new KafkaArchive({
    kafka,
    topic: 'live',
    rewind: Infinity,
    cacheBytes: 1e6,
    signal: stop.signal,
  });
  const streams = await server(t, kafka);
  for (const entry of topic.index) {
    archive.onIndex(entry.kind === 'segment' ? { ...entry, first: -1, next: -1 } : entry);
  }
  const claim = { partition: 0 } as Parameters<typeof archive.onClaim>[1];
  archive.onClaim('cam', claim);
  assert.equal(
    text(await archive.bytes('cam', 'main', 1, 20)),
    text(await streams.archive.bytes('cam', 'main', 1, 20)),
  );
  assert.notEqual(text(await archive.bytes('cam', 'main', 1, 20)), '');
});
