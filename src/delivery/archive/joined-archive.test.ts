/** Streams whose beginning Kafka has forgotten, and an export has not: real readers and exporters on a cluster and a store in memory. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { LiveScript } from '../../../test/support/live-records.ts';
import { LiveTopic } from '../../../test/support/live-topic.ts';
import { PlacedMemory } from '../../../test/support/placed.ts';
import { waitFor } from '../../../test/support/wait.ts';
import { SluiceError } from '../../errors.ts';
import { createMemoryCluster } from '../../kafka/memory.ts';
import { StoreFault } from '../../stores/store-fault.ts';
import { textOf } from '../hls/pieces.ts';
import { createTexts } from '../http/texts.ts';
import { type OpenStreams, openStreams, type StreamsOptions } from '../streams.ts';
import { parseArchivePlace } from './archive-place.ts';

const quick = { there: 50, first: 5, last: 20, least: 1, away: 10 };
const uri = (text: string): string => text;

async function ground(t: TestContext) {
  const cluster = createMemoryCluster();
  const kafka = cluster.client();
  const began = Date.now() - 60_000;
  const topic = await LiveTopic.open(kafka, 'live', { began });
  const place = new PlacedMemory();
  const words: { readonly type: string; readonly message: string }[] = [];
  const serve = async (options: Partial<StreamsOptions> = {}): Promise<OpenStreams> => {
    const stop = new AbortController();
    const places = {
      archive: parseArchivePlace('s3://bucket/{stream}'),
      stores: {},
      open: place.open,
      waits: quick,
    };
    const onWord = (word: (typeof words)[number]) => void words.push(word);
    const streams = await openStreams({
      kafka,
      topic: 'live',
      signal: stop.signal,
      cacheBytes: 0,
      places,
      onWord,
      ...options,
    });
    t.after(async () => {
      stop.abort();
      await streams.ended;
    });
    return streams;
  };
  const exporting = (until: number): Promise<void> => {
    const stop = new AbortController();
    const done = place.export(kafka, stop.signal);
    const check = waitFor(() => place.exported >= until).finally(() => stop.abort());
    return Promise.all([done, check]).then(() => {});
  };
  const forget = async (streams: OpenStreams, media: number): Promise<void> => {
    const own = streams.archive.segments('cam');
    cluster.deleteRecords('live', 0, own.find((segment) => segment.media === media)?.first ?? 0);
    // Whoever finds out that Kafka does not have it any more has the server look at what else is gone.
    await streams.archive.bytes(
      'cam',
      'high',
      own.find((segment) => segment.media === media - 1)!.epoch,
      media - 1,
    );
  };
  const script = new LiveScript({
    renditions: ['high', 'low'],
    partsPerSegment: 2,
    partTarget: 500,
    began: began * 1000,
  });
  const append = async (make: (script: LiveScript) => LiveScript): Promise<void> => {
    const from = script.made.length;
    await topic.append(make(script).made.slice(from));
  };
  return { cluster, kafka, topic, place, words, serve, exporting, forget, append };
}

/** The playlist of a viewer who has gone back to a number. */
function rewound(streams: OpenStreams, from = 0): string {
  const live = streams.live('cam')!;
  const rendition = live.rendition('high')!;
  return textOf(
    createTexts(6_000_000).media(live, rendition, streams.archive, { skip: false, from, uri }),
    uri,
  );
}

const numbersOf = (streams: OpenStreams): number[] =>
  streams.archive.segments('cam').map(({ media }) => media);

test('What retention takes comes from the place: no text, number or byte changes, and none is missing or there twice', async (t) => {
  const { serve, exporting, forget, append, place, words } = await ground(t);
  await append((script) => script.segments(5).gap().segments(6).restart().segments(18).parts(1));
  const streams = await serve();
  await exporting(25);
  const before = rewound(streams);
  const all = streams.archive.segments('cam');
  const media = async () =>
    Promise.all(
      all.map(async ({ epoch, media }) => {
        const bytes = await streams.archive.bytes('cam', 'high', epoch, media);
        return Buffer.concat(bytes ?? []).toString();
      }),
    );
  const held = await media();
  for (const taken of [3, 9, 14, 20]) {
    await forget(streams, taken);
    await waitFor(() => place.asked.length > 0);
    assert.equal(rewound(streams), before, `retention has come to ${taken}`);
  }
  assert.deepEqual(await media(), held);
  assert.ok(place.asked.includes('high/seg-1-4.m4s'), place.asked.join(' '));
  assert.ok(!place.asked.includes('high/seg-1-5.m4s'), 'nobody asks for a gap');
  assert.equal((await streams.archive.init('cam', 'low', 1))?.toString().trim(), 'init low 1');
  assert.equal(streams.archive.segments('cam'), streams.archive.segments('cam'));
  await append((script) => script.close());
  const again = await serve();
  assert.deepEqual(numbersOf(again).slice(0, 5), [0, 1, 2, 3, 4]);
  assert.equal(rewound(again), rewound(streams));
  assert.deepEqual(words, []);
});

test('A crowd that has gone back to one segment is one request, and what it gave is kept', async (t) => {
  const { serve, exporting, forget, append, place } = await ground(t);
  await append((script) => script.segments(12).parts(1));
  const streams = await serve({ cacheBytes: 1e6 });
  await exporting(12);
  await forget(streams, 6);
  await waitFor(() => numbersOf(streams).length === 12);
  const asked = () => place.asked.filter((name) => name === 'high/seg-1-3.m4s').length;
  const crowd = Array.from({ length: 200 }, () => streams.archive.bytes('cam', 'high', 1, 3));
  for (const bytes of await Promise.all(crowd)) assert.match(String(bytes?.[0]), /^part high 1\.3\.0/);
  await streams.archive.bytes('cam', 'high', 1, 3);
  assert.equal(asked(), 1);
  for (const [rendition, epoch, number] of [
    ['other', 1, 3],
    ['high', 2, 3],
    ['high', 1, 99],
    ['..', 1, 3],
  ] as const)
    assert.equal(await streams.archive.bytes('cam', rendition, epoch, number), undefined);
  assert.ok(place.asked.every((name) => !name.includes('..')));
});

test('A store that is away costs what it alone has, is told of once, asked ever less, and is back by itself', async (t) => {
  const { serve, exporting, forget, append, place, words } = await ground(t);
  await append((script) => script.segments(30).parts(1));
  const streams = await serve({ window: 1_000_000 });
  await exporting(30);
  await forget(streams, 6);
  await waitFor(() => numbersOf(streams).length === 30);
  assert.equal(streams.placesUp, true);
  place.pass = async () => {
    throw new StoreFault('cannot read s3://bucket: ECONNREFUSED', { scope: 'sink', code: 'EAGAIN' });
  };
  await assert.rejects(streams.archive.bytes('cam', 'high', 1, 3), SluiceError);
  await waitFor(() => streams.placesUp === false);
  assert.equal(numbersOf(streams)[0], 6);
  assert.match(rewound(streams), /EXT-X-MEDIA-SEQUENCE:6/);
  const count = place.asked.length;
  const crowd = Array.from({ length: 100 }, () => streams.archive.bytes('cam', 'high', 1, 4));
  for (const one of await Promise.allSettled(crowd)) assert.equal(one.status, 'rejected');
  assert.ok(place.asked.length <= count + 1, 'nobody else asks while it is away');
  assert.match(String((await streams.archive.bytes('cam', 'high', 1, 8))?.[0]), /^part high 1\.8\.0/);
  place.pass = async () => {};
  await waitFor(() => streams.placesUp === true);
  await waitFor(() => numbersOf(streams).length === 30);
  assert.match(String((await streams.archive.bytes('cam', 'high', 1, 4))?.[0]), /^part high 1\.4\.0/);
  assert.deepEqual(
    words.map(({ type }) => type),
    ['waiting', 'resumed'],
  );
  assert.match(words[0]?.message ?? '', /s3:\/\/bucket\/\{stream\} cannot be read \(.*ECONNREFUSED\)/);
});

test('A store that takes requests and says nothing keeps nobody who is live, and no more than a few places', async (t) => {
  const { serve, exporting, append, place, words } = await ground(t);
  await append((script) => script.segments(4).parts(1));
  await exporting(4);
  place.pass = () => new Promise(() => {});
  const streams = await serve({
    places: {
      archive: parseArchivePlace('s3://bucket/{stream}'),
      stores: {},
      open: place.open,
      waits: { ...quick, answer: 20 },
    },
  });
  assert.equal(streams.ready, true);
  await append((script) => script.close().segments(1).parts(1));
  await waitFor(() => streams.live('cam')?.rendition('high')?.edge.media === 6);
  await waitFor(() => streams.placesUp === false);
  assert.ok(place.asked.length <= 8, `${place.asked.length} requests`);
  assert.deepEqual(
    words.map(({ type }) => type),
    ['waiting'],
  );
});

test('A programme that Kafka has forgotten altogether is on demand from the place', async (t) => {
  const { cluster, kafka, serve, append, place } = await ground(t);
  await append((script) => script.segments(9).restart().segments(6).end());
  await place.export(kafka);
  cluster.deleteRecords('live', 0, [...(await kafka.offsets('live', 'latest')).values()][0]!);
  const streams = await serve();
  assert.deepEqual(
    streams.list().map(({ name, state }) => `${name} ${state}`),
    ['cam ended'],
  );
  assert.equal(numbersOf(streams).length, 16);
  const renditions = await streams.archive.renditions('cam');
  assert.deepEqual(
    renditions.map(({ name, facts, targets }) => [name, facts.width, targets.segment]),
    [
      ['high', 1280, 1_000_000],
      ['low', 640, 1_000_000],
    ],
  );
  assert.match(String((await streams.archive.bytes('cam', 'low', 2, 12))?.[0]), /^part low 2\.12\.0/);
  assert.equal((await streams.archive.init('cam', 'low', 2))?.toString().trim(), 'init low 2');
  assert.equal(await streams.archive.init('cam', 'other', 2), undefined);
});

test('A topic that was made anew has nothing of what was exported before, however far its numbers come', async (t) => {
  const { cluster, serve, exporting, append, place, words } = await ground(t);
  await append((script) => script.segments(30).parts(1));
  await exporting(30);
  for (const name of ['live', 'live.index', 'live.streams']) cluster.deleteTopic(name);
  const kafka = cluster.client();
  const began = Date.now() + 3_600_000;
  const topic = await LiveTopic.open(kafka, 'live', { began });
  const anew = new LiveScript({
    renditions: ['high', 'low'],
    partsPerSegment: 2,
    partTarget: 500,
    began: began * 1000,
  });
  await topic.append(anew.segments(40).parts(1).made);
  const streams = await serve({ kafka });
  assert.equal(numbersOf(streams).length, 40);
  const first = streams.archive.segments('cam').find(({ media }) => media === 35)?.first ?? 0;
  cluster.deleteRecords('live', 0, first);
  assert.equal(await streams.archive.bytes('cam', 'high', 1, 10), undefined);
  assert.deepEqual(numbersOf(streams), [35, 36, 37, 38, 39]);
  assert.ok(!place.asked.some((name) => name.includes('seg-')), 'of another stream nothing is asked');
  await waitFor(() => words.some(({ message }) => /another stream of that name/.test(message)));
});

test('A server that begins while the export is behind shows what there is, and more when there is more', async (t) => {
  const { cluster, serve, exporting, append, words } = await ground(t);
  await append((script) => script.segments(8));
  // The last of them is not closed, and so not in the index.
  await exporting(7);
  await append((script) => script.segments(12).parts(1));
  const late = await serve({ places: undefined });
  const first = late.archive.segments('cam').find(({ media }) => media === 15)?.first ?? 0;
  cluster.deleteRecords('live', 0, first);
  const streams = await serve();
  const text = rewound(streams);
  assert.match(text, /EXT-X-MEDIA-SEQUENCE:0\n/);
  assert.ok((text.match(/EXT-X-GAP/g)?.length ?? 0) >= 3, 'nobody has what lies between');
  assert.deepEqual(
    words.filter(({ type }) => type !== 'waiting'),
    [],
  );
});

test('Retention that takes more at once than is known of the place takes nothing from viewers', async (t) => {
  const { serve, exporting, forget, append, place } = await ground(t);
  await append((script) => script.segments(10).parts(1));
  await exporting(10);
  const archive = parseArchivePlace('s3://bucket/{stream}');
  const waits = { ...quick, there: 1e9 };
  const streams = await serve({
    window: 1_000_000,
    places: { archive, stores: {}, open: place.open, waits },
  });
  await append((script) => script.close().segments(18).parts(1));
  await exporting(27);
  const before = rewound(streams);
  await forget(streams, 20);
  assert.equal(rewound(streams), before, 'at once, though the place was read when it had ten');
  await waitFor(() => place.asked.at(-1) === '.sluice/export/00000004.jsonl');
  assert.equal(rewound(streams), before);
  assert.match(String((await streams.archive.bytes('cam', 'high', 1, 15))?.[0]), /^part high 1\.15\.0/);
});
