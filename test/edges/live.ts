/** A stream at the near cluster, and all that watches it at the far one. */
import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../../src/broker/ports.ts';
import { hashesOfPictures } from '../export/judge.ts';
import { get } from '../support/delivery.ts';
import type { Owner } from '../support/owner.ts';
import { startCommand } from '../support/process.ts';
import type { FollowedSluice } from '../support/sluice-events.ts';
import { waitFor } from '../support/wait.ts';
import type { Side } from './ground.ts';

const rendition = '90p';
const pictures = ['--rendition', '160x90@80k', '--preset', 'ultrafast', '--rate', '10'];

export function publish(side: Side, topic: string): FollowedSluice {
  return side.follow(
    ...['live', 'publish', '--stream', 'cam', '--topic', topic, '--input', 'test', ...pictures],
    ...['--segment-target', '1s', '--keyframe-interval', '1s'],
  );
}

/** Publishes what retention takes before anything is copied. */
export async function publishEarly(side: Side, topic: string): Promise<void> {
  const run = publish(side, topic);
  await run.event(({ type, media }) => type === 'segment' && Number(media) >= 3, 'some segments');
  run.child.kill('SIGINT');
  const { code, stderr } = await run.ended;
  assert.ok(code === 0 || code === 130, stderr);
}

export interface Watchers {
  readonly url: string;
  /** Ends with the programme; what was not right. */
  ended(near: Side, nearTopic: string): Promise<string[]>;
}

/** A server, a recording, an export and a push at the far cluster. */
export async function watch(owner: Owner, far: Side, folder: string, topic: string): Promise<Watchers> {
  const common = ['--stream', 'cam', '--topic', topic];
  const clip = join(folder, 'far.mp4');
  const record = far.follow('live', 'record', ...common, '--from', 'beginning', '--out', clip);
  const exported = join(folder, 'exported');
  const exporting = far.follow('live', 'export', ...common, '--to', exported);
  const port = await freePort('127.0.0.1', new Set());
  const received = join(folder, 'received.ts');
  const listener = `srt://127.0.0.1:${port}?mode=listener`;
  startCommand(
    'ffmpeg',
    ['-nostdin', '-v', 'error', '-i', listener, '-c', 'copy', '-flush_packets', '1', received],
    {},
    owner,
  );
  const push = far.follow('live', 'push', ...common, '--to', `srt://127.0.0.1:${port}`);
  const server = far.follow('serve', '--topic', topic, '--port', '0');
  const serving = await server.event(({ type }) => type === 'serving', 'the server');
  return {
    url: String(serving.url),
    async ended(near, nearTopic) {
      const faults: string[] = [];
      for (const [name, run] of Object.entries({ record, export: exporting, push })) {
        const { code, stderr, summary } = await run.ended;
        if (code !== 0) faults.push(`live ${name} ended with ${code}: ${stderr}`);
        if (Number(summary?.gaps ?? 0) > 0) faults.push(`live ${name} told of ${summary?.gaps} gaps`);
      }
      if ((await stat(received)).size < 10_000) faults.push('live push: nothing was received');
      const original = join(folder, 'near.mp4');
      await near.ok(
        ...[
          'live',
          'record',
          '--stream',
          'cam',
          '--topic',
          nearTopic,
          '--from',
          'beginning',
          '--out',
          original,
        ],
      );
      const [wanted, recorded] = [await hashesOfPictures(original), await hashesOfPictures(clip)];
      if (wanted.join() !== recorded.join())
        faults.push(`live record: ${recorded.length} pictures, and ${wanted.length} at near`);
      const film = await hashesOfPictures(join(exported, rendition, 'vod.m3u8'));
      if (film.length < wanted.length - 20)
        faults.push(`live export: ${film.length} of ${wanted.length} pictures`);
      return faults;
    },
  };
}

/** The number of the newest segment that a server lists. */
export async function newestAt(url: string): Promise<number> {
  const text = (await get(`${url}/live/cam/${rendition}/live.m3u8`)).body.toString();
  return Number([...text.matchAll(/\nseg-\d+-(\d+)\.m4s/g)].at(-1)?.[1] ?? -1);
}

/** All segments that two servers list when rewound to the beginning: names and bytes. */
export async function rewindFaults(near: string, far: string): Promise<string[]> {
  const list = async (url: string): Promise<string[]> => {
    const { body } = await get(`${url}/live/cam/${rendition}/live.m3u8?from=0`);
    return [...body.toString().matchAll(/\n((?:seg|init)[-\d]+\.(?:m4s|mp4))/g)].map(([, name = '']) => name);
  };
  const [here, there] = [await list(near), await list(far)];
  const common = Math.min(here.length, there.length);
  const faults: string[] = [];
  if (common < 5) faults.push(`rewinding: ${here.length} segments at near, ${there.length} at far`);
  if (here[0] !== there[0]) faults.push(`rewinding: begins with ${here[0]} at near, and ${there[0]} at far`);
  for (const name of there.slice(0, common)) {
    const [one, other] = await Promise.all(
      [near, far].map((url) => get(`${url}/live/cam/${rendition}/${name}`)),
    );
    if (other?.status !== 200) faults.push(`rewinding: ${name} is ${other?.status} at far`);
    else if (!one?.body.equals(other.body)) faults.push(`rewinding: ${name} has other bytes at far`);
  }
  return faults;
}

/** A server of its own for a look. */
export async function serve(
  side: Side,
  topic: string,
): Promise<{ readonly url: string; end(): Promise<void> }> {
  const run = side.follow('serve', '--topic', topic, '--port', '0');
  const serving = await run.event(({ type }) => type === 'serving', 'the server');
  await waitFor(async () => (await newestAt(String(serving.url))) >= 0, {
    what: `the stream at ${side.name}`,
    timeout: 60_000,
  });
  return {
    url: String(serving.url),
    async end() {
      await run.kill();
    },
  };
}
