/** Exporters that are killed at any request, beside one another, against a store in memory: each state that a reader can see is right. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ExportWatch, readPlaylist } from '../../../test/support/exported.ts';
import { LiveScript, type MadeRecord } from '../../../test/support/live-records.ts';
import { LiveTopic } from '../../../test/support/live-topic.ts';
import { MemoryObjects } from '../../../test/support/memory-objects.ts';
import fc from '../../../test/support/properties.ts';
import { Random } from '../../../test/support/random.ts';
import { ConfigurationError } from '../../errors.ts';
import { createMemoryCluster } from '../../kafka/memory.ts';
import { once } from '../../stores/patiently.ts';
import { type RunOptions, runExport } from './export-run.ts';
import type { ExportEvent } from './options.ts';

class Killed extends Error {}

type Cluster = ReturnType<typeof createMemoryCluster>;
type Wishes = Pick<RunOptions, 'window' | 'forget' | 'from'>;

interface Exporter {
  readonly done: Promise<Awaited<ReturnType<typeof runExport>> | undefined>;
  readonly events: ExportEvent[];
}

/** A place that is looked at after each request. */
class Place {
  readonly objects = new MemoryObjects();
  readonly watch = new ExportWatch();
  requests = 0;

  /** `kills`: after so many requests of its own it is gone; undefined is what it resolves with. `seed`: some requests take long. */
  begin(
    cluster: Cluster,
    wishes: Partial<Wishes> = {},
    kills = Number.POSITIVE_INFINITY,
    seed?: number,
  ): Exporter {
    let left = kills;
    const random = seed === undefined ? undefined : new Random(seed);
    const store = this.objects.writer(async (request) => {
      this.requests += 1;
      if (/^(?:put|remove) .*, answered$/.test(request)) await this.look();
      // As others may come between a request and its answer.
      const turns = random === undefined ? 1 : random.chance(0.1) ? random.below(60) : random.below(4);
      for (let turn = 0; turn < turns; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
      left -= 1;
      if (left < 0) throw new Killed(request);
    });
    const events: ExportEvent[] = [];
    const signal = new AbortController().signal;
    const options = {
      stream: 'cam',
      topic: 'live',
      forget: false,
      once: false,
      blockSize: 8,
      batch: 2,
      ...wishes,
    };
    const done = runExport(cluster.client(), {
      ...options,
      store,
      patiently: once,
      signal,
      onEvent: (event) => events.push(event),
    }).catch((error: unknown) => {
      if (!(error instanceof Killed)) throw error;
      return undefined;
    });
    return { done, events };
  }

  async look(): Promise<void> {
    for (const [name, { bytes }] of this.objects.kept) {
      if (!/\.(?:m3u8|mpd)$/.test(name)) continue;
      await this.watch.check(name, bytes.toString(), (names) =>
        names.filter((one) => !this.objects.kept.has(one)),
      );
    }
  }

  text(name: string): string {
    return this.objects.kept.get(name)?.bytes.toString() ?? '';
  }

  /** Name -> bytes. */
  get files(): Record<string, string> {
    const entries = [...this.objects.kept].map(([name, { bytes }]) => [name, bytes.toString()] as const);
    return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }
}

async function topicOf(
  made: readonly MadeRecord[],
): Promise<{ readonly cluster: Cluster; readonly topic: LiveTopic }> {
  const cluster = createMemoryCluster();
  const topic = await LiveTopic.open(cluster.client(), 'live');
  await topic.append(made);
  return { cluster, topic };
}

const programme = (): LiveScript =>
  new LiveScript({ renditions: ['high', 'low'], partsPerSegment: 2, partTarget: 500 })
    .segments(5)
    .gap()
    .segments(4)
    .restart()
    .segments(6)
    .end();

/** What one exporter makes that nobody disturbs. */
async function undisturbed(t: TestContext, wishes: Partial<Wishes> = {}) {
  const { cluster } = await topicOf(programme().made);
  t.after(() => cluster.client().close());
  const place = new Place();
  const summary = await place.begin(cluster, wishes).done;
  return { cluster, place, summary };
}

test('A programme becomes segments, inits, playlists and a manifest, and is video on demand at its end', async (t) => {
  const { place, summary } = await undisturbed(t);
  assert.deepEqual(
    [summary?.segments, summary?.gaps, summary?.over, summary?.interrupted],
    [17, 2, true, false],
  );
  const vod = readPlaylist(place.text('high/vod.m3u8'));
  assert.deepEqual([vod.first, vod.segments.length, vod.over, vod.type], [0, 17, true, 'VOD']);
  assert.deepEqual(vod.maps, ['init-1.mp4', 'init-2.mp4']);
  const live = readPlaylist(place.text('low/live.m3u8'));
  assert.deepEqual([live.segments, live.over, live.type], [vod.segments, true, 'EVENT']);
  assert.match(place.text('index.m3u8'), /BANDWIDTH=2400000.*\nhigh\/vod\.m3u8\n.*\nlow\/vod\.m3u8\n$/);
  assert.match(place.text('manifest.mpd'), /type="static"/);
  assert.equal(place.text('high/seg-1-0.m4s'), 'part high 1.0.0.0;part high 1.0.1.0;');
  assert.deepEqual(place.objects.kept.get('high/seg-1-0.m4s')?.served, {
    contentType: 'video/mp4',
    cacheControl: 'public, max-age=31536000, immutable',
  });
  assert.equal(place.objects.kept.get('index.m3u8')?.served?.contentType, 'application/vnd.apple.mpegurl');
});

test('While it lives playlists grow at their end, and what follows is asked for soon', async (t) => {
  const script = new LiveScript({ partsPerSegment: 2, partTarget: 1000 }).segments(3);
  const { cluster, topic } = await topicOf(script.made.splice(0));
  t.after(() => cluster.client().close());
  const place = new Place();
  const { done, events } = place.begin(cluster);
  for (const count of [2, 4]) {
    while (events.filter(({ type }) => type === 'segment').length < count)
      await new Promise((resolve) => setImmediate(resolve));
    const { segments, over, type } = readPlaylist(place.text('main/live.m3u8'));
    assert.ok(segments.length >= count && !over && type === 'EVENT');
    assert.equal(place.objects.kept.get('main/live.m3u8')?.served?.cacheControl, 'public, max-age=1');
    assert.match(place.text('manifest.mpd'), /type="dynamic"/);
    await topic.append(script.segments(3).made.splice(0));
  }
  await topic.append(script.end().made);
  assert.equal((await done)?.segments, 9);
});

for (const wishes of [{}, { window: 4000 }, { window: 1000, forget: true, from: 'beginning' as const }]) {
  const said = JSON.stringify(wishes);
  test(`Killed at any request, and however many there are, exporters make the same files: ${said}`, async (t) => {
    const { cluster, place: alone } = await undisturbed(t, wishes);
    const kills = fc.array(fc.array(fc.nat(150), { minLength: 1, maxLength: 4 }), {
      minLength: 1,
      maxLength: 3,
    });
    await fc.assert(
      fc.asyncProperty(kills, fc.nat(), async (exporters, seed) => {
        const place = new Place();
        // Each is begun anew as often as it is killed; at the end one is left to finish.
        const runs = exporters.map(async (killed, index) => {
          for (const [time, count] of killed.entries()) {
            const { done } = place.begin(cluster, wishes, count, seed + index * 1000 + time);
            if ((await done) !== undefined) return;
          }
        });
        await Promise.all(runs);
        const summary = await place.begin(cluster, wishes).done;
        assert.equal(summary?.over, true);
        await place.look();
        assert.deepEqual(place.files, alone.files);
      }),
      { numRuns: 15 },
    );
  });
}

test('What is forgotten goes in blocks, and what is left is the whole that can be watched', async (t) => {
  const { place } = await undisturbed(t, { window: 1000, forget: true, from: 'beginning' as const });
  const vod = readPlaylist(place.text('low/vod.m3u8'));
  assert.deepEqual([vod.first, vod.over], [8, true]);
  assert.equal(place.objects.kept.has('low/seg-1-7.m4s'), false);
  assert.ok(place.objects.kept.has('low/init-1.mp4'));
});

test('Behind the signal it ends in good order, and a place where nothing is compared is told of', async (t) => {
  const script = new LiveScript({ partsPerSegment: 2 }).segments(3);
  const { cluster } = await topicOf(script.made);
  t.after(() => cluster.client().close());
  const objects = new MemoryObjects();
  const stop = new AbortController();
  const events: ExportEvent[] = [];
  const summary = await runExport(cluster.client(), {
    ...{ stream: 'cam', topic: 'live', forget: false, once: false, patiently: once, signal: stop.signal },
    store: objects.writer(undefined, false),
    onEvent: (event) => {
      events.push(event);
      if (event.type === 'segment' && event.media === 1) stop.abort();
    },
  });
  assert.deepEqual([summary.interrupted, summary.over, summary.segments], [true, false, 2]);
  assert.ok(events.some((event) => event.type === 'warning' && /no second exporter/.test(event.message)));
});

test('Another stream, another window: what stands there is not for it', async (t) => {
  const { cluster, place } = await undisturbed(t);
  for (const wishes of [{ window: 1000 }, { window: 1000, forget: true }])
    await assert.rejects(place.begin(cluster, wishes).done, ConfigurationError);
  const [name] = [...place.objects.kept.keys()].filter((key) => key.endsWith('.jsonl'));
  const kept = place.objects.kept.get(name!)!;
  place.objects.kept.set(name!, { ...kept, bytes: Buffer.from('{"v":2}\n') });
  await assert.rejects(place.begin(cluster).done, /is of no export that this version knows/);
});

test('Playlists that no exporter has put there are left alone', async (t) => {
  const { cluster } = await topicOf(programme().made);
  t.after(() => cluster.client().close());
  for (const name of ['index.m3u8', 'manifest.mpd']) {
    const place = new Place();
    const key = { bytes: Buffer.from('of somebody else'), metadata: {}, tag: '1' };
    place.objects.kept.set(name, key);
    await assert.rejects(place.begin(cluster).done, /that no export has begun: choose another place/);
    assert.deepEqual(place.files, { [name]: 'of somebody else' });
  }
});

test('What the topic holds no more is a gap, and an exporter goes on behind what stands', async (t) => {
  const script = new LiveScript({ partsPerSegment: 2 }).segments(4);
  const { cluster, topic } = await topicOf(script.made.splice(0));
  t.after(() => cluster.client().close());
  const place = new Place();
  const first = place.begin(cluster, {}, 24);
  assert.equal(await first.done, undefined);
  const before = readPlaylist(place.text('main/live.m3u8'));
  assert.ok(before.segments.length > 0 && !before.over);
  await topic.append(script.segments(2).end().made.splice(0));
  const summary = await place.begin(cluster).done;
  assert.deepEqual([summary?.segments, summary?.gaps], [6, 0]);
  // Kafka is not asked any more.
  const empty = createMemoryCluster();
  t.after(() => empty.client().close());
  assert.deepEqual(await new Promise((resolve) => void place.begin(empty).done.then(resolve)), summary);
});

test('Of a programme that is over and gone nothing is listed: the next one is waited for, or that is said', async (t) => {
  const script = new LiveScript({ partsPerSegment: 2 }).segments(3).end();
  const { cluster, topic } = await topicOf(script.made.splice(0));
  t.after(() => cluster.client().close());
  const end = (await cluster.client().offsets('live', 'latest')).get(0)!;
  cluster.deleteRecords('live', 0, end);
  const objects = new MemoryObjects();
  const settings = { stream: 'cam', topic: 'live', forget: false, patiently: once, store: objects.writer() };
  const { signal } = new AbortController();
  await assert.rejects(
    runExport(cluster.client(), { ...settings, once: true, signal, onEvent: () => {} }),
    /holds nothing of it any more/,
  );
  const place = new Place();
  const { done, events } = place.begin(cluster);
  while (!events.some(({ type }) => type === 'waiting'))
    await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(place.files, {});
  await topic.append(script.restart(false).segments(4).end().made);
  const summary = await done;
  assert.deepEqual([summary?.segments, summary?.gaps, summary?.over], [4, 0, true]);
  const told = events.flatMap(({ type }) => (type === 'waiting' || type === 'resumed' ? [type] : []));
  assert.deepEqual(told, ['waiting', 'resumed'], 'that it is there is told before anything of it is through');
  assert.equal(readPlaylist(place.text('main/vod.m3u8')).first, 3);
});

test('No list begins with what the topic does not hold', async (t) => {
  const { cluster } = await topicOf(new LiveScript({ partsPerSegment: 2 }).segments(6).end().made);
  t.after(() => cluster.client().close());
  cluster.deleteRecords('live', 0, 6);
  const place = new Place();
  const summary = await place.begin(cluster).done;
  assert.equal(summary?.gaps, 0);
  assert.ok(summary.segments >= 2 && summary.segments < 6, `${summary.segments} segments`);
});
