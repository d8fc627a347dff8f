/**
 * `npm run test:export`: one stream goes to a folder, to a bucket of S3 by two exporters, to Azure and to Google at once, while its publisher is killed once and
 * exporters are killed at random moments, ten times in all. A viewer reads every playlist of each place every 50 ms. At the end all places have the
 * same bytes, which are those of the stream. Exit code 1 otherwise.
 *
 *     npm run test:export -- [--kills 10] [--seed 1] [--window 10]
 *
 * `--window`: seconds that playlists list; without it they are EVENTs.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startBroker } from '../../src/broker/broker.ts';
import { inScope, type Owner } from '../support/owner.ts';
import { Random } from '../support/random.ts';
import { runSluice } from '../support/sluice.ts';
import { followSluice } from '../support/sluice-events.ts';
import { runExporter } from './exporters.ts';
import { filesOf, hashesOfPictures, hashesOfRuns } from './judge.ts';
import { azurePlace, type ExportPlace, folderPlace, gcsPlace, s3Place } from './places.ts';
import { Poller } from './poller.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    window: { type: 'string' },
  },
});
const random = new Random(Number(values.seed));
const say = (text: string): void => console.log(text);

async function play(owner: Owner): Promise<void> {
  const broker = await startBroker();
  owner.after(() => broker.stop());
  const { bootstrapServers } = broker;
  const common = ['--bootstrap-servers', bootstrapServers, '--stream', 'cam'];
  const window = values.window === undefined ? [] : ['--window', `${values.window}s`, '--from', 'beginning'];
  const [folder, s3, azure, gcs] = [
    await folderPlace(owner),
    await s3Place(owner),
    await azurePlace(owner),
    await gcsPlace(owner),
  ];
  const places = [folder, s3, azure, gcs];
  const pollers = places.map((place) => new Poller(place));
  owner.after(() => Promise.allSettled(pollers.map((poller) => poller.end())));
  const publish = () => {
    const pictures = ['--rendition', '160x90@100k', '--rendition', '128x72@60k', '--preset', 'ultrafast'];
    const quick = ['--segment-target', '1s', '--keyframe-interval', '1s'];
    const run = followSluice(['live', 'publish', ...common, '--input', 'test', ...pictures, ...quick]);
    owner.after(() => run.kill());
    return run;
  };
  const first = publish();
  await first.event((event) => event.type === 'segment', 'a segment');
  const targets: readonly ExportPlace[] = [folder, s3, s3, azure, gcs];
  const kills = targets.map(() => 0);
  for (let kill = 0; kill < Number(values.kills); kill += 1) kills[kill % kills.length]! += 1;
  const runs = targets.map((place, index) =>
    runExporter(owner, {
      place,
      args: [...common, ...window],
      kills: kills[index] ?? 0,
      segments: 3,
      within: 1500,
      random,
    }),
  );
  await Promise.race(runs.map(({ killed }) => killed));
  await first.kill();
  say('one exporter has been killed as often as it is to be; the publisher is killed');
  const second = publish();
  await second.event((event) => event.type === 'segment' && event.epoch === 2, 'a segment of it');
  await Promise.all(runs.map(({ killed }) => killed));
  second.child.kill('SIGINT');
  for (const [index, { ended }] of runs.entries()) {
    const { summary, delays, kills: count } = await ended;
    assert.equal(summary.over, true);
    const sorted = delays.toSorted((a, b) => a - b);
    const at = (share: number): string => `${sorted[Math.floor(share * (sorted.length - 1))] ?? '-'} s`;
    say(
      `${targets[index]?.name}: killed ${count} times; ${summary.segments} segments, ${summary.gaps} gaps; from the last picture to the playlist: median ${at(0.5)}, 95% ${at(0.95)}`,
    );
  }
  await judge(owner, places, pollers, common);
}

async function judge(
  owner: Owner,
  places: readonly ExportPlace[],
  pollers: readonly Poller[],
  common: readonly string[],
): Promise<void> {
  for (const [index, poller] of pollers.entries()) {
    await poller.end();
    assert.deepEqual(poller.complaints(), [], places[index]?.name);
    say(
      `${places[index]?.name}: ${poller.rounds} rounds of a viewer, ${poller.watch.checks} playlists and manifests, nothing amiss`,
    );
  }
  const files = await filesOf(places[0]!);
  for (const place of places.slice(1)) {
    assert.deepEqual(await filesOf(place), files, `${place.name} has other files than the folder`);
    const [media, list] = [
      await place.headers([...files.keys()].find((name) => name.endsWith('.m4s'))!),
      await place.headers('index.m3u8'),
    ];
    assert.match(`${media?.contentType} ${media?.cacheControl}`, /^video\/mp4 .*immutable$/, place.name);
    assert.match(
      `${list?.contentType} ${list?.cacheControl}`,
      /^application\/vnd\.apple\.mpegurl .*max-age=\d+$/,
      place.name,
    );
  }
  say(`${places.length} places have the same ${files.size} files`);
  const scratch = await mkdtemp(join(tmpdir(), 'sluice-export-'));
  owner.after(() => rm(scratch, { recursive: true, force: true }));
  const clip = join(scratch, 'clip.mp4');
  const args = ['--from', 'beginning', '--rendition', '90p', '--out', clip];
  const { code, stderr } = await runSluice(['live', 'record', ...common, ...args]);
  assert.equal(code, 0, stderr);
  const film = await hashesOfPictures(clip);
  assert.deepEqual(await hashesOfRuns(places[1]!, '90p/vod.m3u8', scratch), film);
  const shown = await hashesOfPictures(join(places[0]!.to, '90p/vod.m3u8'));
  say(`${film.length} pictures, each as the topic has it; FFmpeg shows ${shown.length} of them by vod.m3u8`);
}

try {
  await inScope(play);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
