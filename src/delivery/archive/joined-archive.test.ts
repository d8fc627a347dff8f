/** Streams whose beginning Kafka has forgotten, and an export has not: real readers and exporters on a cluster and a store in memory. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get } from '../../../test/support/delivery.ts';
import { joinedGround as ground, quick } from '../../../test/support/joined-ground.ts';
import { LiveScript } from '../../../test/support/live-records.ts';
import { LiveTopic } from '../../../test/support/live-topic.ts';
import { waitFor } from '../../../test/support/wait.ts';
import { SluiceError } from '../../errors.ts';
import { StoreFault } from '../../stores/store-fault.ts';
import { textOf } from '../hls/pieces.ts';
import { serveStreams } from '../http/server.ts';
import { createTexts } from '../http/texts.ts';
import type { OpenStreams } from '../streams.ts';
import { parseArchivePlace } from './archive-place.ts';

const uri = (text: string): string => text;

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
  const server = await serveStreams(streams, { port: 0 });
  t.after(() => server.close());
  const seen = async (path: string) => {
    const { status, headers, body } = await get(`${server.url}${path}`);
    return [status, headers['retry-after'], status === 200 ? '' : body.toString()];
  };
  assert.deepEqual(await seen('/live/cam/index.m3u8'), [200, undefined, '']);
  place.pass = async () => {
    throw new StoreFault('cannot read s3://bucket: ECONNREFUSED', { scope: 'sink', code: 'EAGAIN' });
  };
  const away = [503, '1', 'the archive could not be read; ask again\n'];
  for (const number of [3, 4, 5]) assert.deepEqual(await seen(`/live/cam/high/seg-1-${number}.m4s`), away);
  await waitFor(async () => {
    await seen('/live/cam/high/seg-1-6.m4s');
    return streams.placesUp === false;
  });
  // There is such a stream, and its viewers are not to be told otherwise.
  for (const name of ['index.m3u8', 'manifest.mpd', 'high/vod.m3u8', 'high/seg-2-12.m4s', 'high/init-2.mp4'])
    assert.deepEqual(await seen(`/live/cam/${name}`), away, name);
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
