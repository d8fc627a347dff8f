/** Streams in a folder and a bucket: a real publisher that is killed, exporters that are killed, and viewers who read all the time. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { runExporter } from '../export/exporters.ts';
import { filesOf, hashesOfPictures, hashesOfRuns } from '../export/judge.ts';
import { folderPlace, s3Place } from '../export/places.ts';
import { Poller } from '../export/poller.ts';
import { testBroker } from '../support/broker.ts';
import { temporaryFolder } from '../support/folder.ts';
import { Random } from '../support/random.ts';
import { runSluice } from '../support/sluice.ts';
import { followSluice } from '../support/sluice-events.ts';
import { uniqueTopic } from '../support/unique.ts';

test('Killed exporters, two of them in one place, leave what a viewer may read at any moment, and a film at the end', async (t) => {
  const { bootstrapServers } = await testBroker();
  const topic = uniqueTopic('live');
  const common = ['--bootstrap-servers', bootstrapServers, '--topic', topic, '--stream', 'cam'];
  const publish = () => {
    const pictures = ['--rendition', '160x90@100k', '--rendition', '128x72@60k', '--preset', 'ultrafast'];
    const quick = ['--segment-target', '1s', '--keyframe-interval', '1s'];
    const run = followSluice(['live', 'publish', ...common, '--input', 'test', ...pictures, ...quick]);
    t.after(() => run.kill());
    return run;
  };
  const places = [await folderPlace(t), await s3Place(t)] as const;
  const pollers = places.map((place) => new Poller(place));
  t.after(() => Promise.allSettled(pollers.map((poller) => poller.end())));
  const random = new Random(7);
  const exporter = (place: (typeof places)[number], kills: number) =>
    runExporter(t, { place, args: common, kills, segments: 1, within: 900, random });
  const runs = [exporter(places[0], 2), exporter(places[1], 1), exporter(places[1], 0)];
  const first = publish();
  await first.event((event) => event.type === 'segment' && event.media === 2, 'the third segment');
  await first.kill();
  const second = publish();
  await second.event((event) => event.type === 'segment' && event.epoch === 2, 'a segment of it');
  await Promise.all(runs.map(({ killed }) => killed));
  second.child.kill('SIGINT');
  for (const { ended } of runs) assert.equal((await ended).summary.over, true);
  for (const poller of pollers) {
    await poller.end();
    assert.ok(poller.rounds > 3);
    assert.deepEqual(poller.complaints(), []);
    assert.match(poller.text('index.m3u8'), /vod\.m3u8/);
    assert.match(poller.text('manifest.mpd'), /type="static"/);
  }
  const [there, other] = [await filesOf(places[0]), await filesOf(places[1])];
  assert.ok(there.size > 8);
  assert.deepEqual(there, other);
  const served = await Promise.all(
    ['index.m3u8', [...there.keys()].find((name) => name.endsWith('.m4s'))!].map((name) =>
      places[1].headers(name),
    ),
  );
  assert.deepEqual(served, [
    { contentType: 'application/vnd.apple.mpegurl', cacheControl: 'public, max-age=3600' },
    { contentType: 'video/mp4', cacheControl: 'public, max-age=31536000, immutable' },
  ]);
  const folder = await temporaryFolder(t);
  const clip = join(folder, 'clip.mp4');
  const args = ['--from', 'beginning', '--rendition', '90p', '--out', clip];
  const recorded = await runSluice(['live', 'record', ...common, ...args]);
  assert.equal(recorded.code, 0, recorded.stderr);
  const film = await hashesOfPictures(clip);
  assert.ok(film.length > 60);
  assert.deepEqual(await hashesOfRuns(places[1], '90p/vod.m3u8', folder), film);
  const shown = await hashesOfPictures(join(places[0].to, '90p/vod.m3u8'));
  assert.ok(shown.length > film.length - lostAtDiscontinuity, `${shown.length} of ${film.length} pictures`);
});

/** Pictures that FFmpeg's own reader of playlists leaves out where an encoder began anew. */
const lostAtDiscontinuity = 15;
