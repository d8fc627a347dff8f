/** Sluice over a poor line: the broker stands at the far side, with whoever has the other end. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type FollowedSluice, type FollowOptions, followSluice } from '../../test/support/sluice-events.ts';
import { judge, type Work } from '../work.ts';
import type { Ground } from './ground.ts';

/** One build of it. */
export interface Build {
  /** `sluice`, and what tells it from others. */
  readonly name: string;
  readonly executable: string;
  /** Flags that its uploads, or its downloads, are given. */
  readonly upload: readonly string[];
  readonly download: readonly string[];
}

/** Seconds from the start of the uploader's process. */
export interface Uploaded {
  /** To its end: everything is acknowledged. */
  readonly acknowledged: number;
  /** To the last file verified, durable and under its name beside the broker. */
  readonly verified: number;
}

/** Topics live long, and a downloader waits at its topic as sshd does at its port: both stand before the race begins. */
export async function uploadAcross(
  ground: Ground,
  work: Work,
  build: Build,
  begun: () => void,
): Promise<Uploaded> {
  const topic = ground.newTopic();
  const reach = ['--topic', topic, '--bootstrap-servers', ground.bootstrapServers];
  const sink = join(ground.folder, `arrived-${topic}`);
  await useOnce(ground, reach, build);
  const all = Promise.withResolvers<number>();
  let received = 0;
  const downloader = follow(['download', '--to', sink, ...reach], build, {
    through: ground.far,
    onEvent: ({ type, uploader }) => {
      if (type === 'received' && uploader === 'bench' && ++received === work.files)
        all.resolve(performance.now());
    },
  });
  try {
    await downloader.event(({ type }) => type === 'started', 'it had started');
    await downloader.event(({ type }) => type === 'received', 'the first file had come');
    begun();
    const started = performance.now();
    const { code, stderr, seconds } = await uploader(ground, work, reach, build, ground.near).ended;
    if (code !== 0) throw new Error(`the uploader ended with ${code}: ${stderr}`);
    const ended = await Promise.race([all.promise, downloader.ended]);
    if (typeof ended !== 'number')
      throw new Error(`the downloader ended with ${ended.code}: ${ended.stderr}`);
    await judge(work, join(sink, 'bench'));
    return { acknowledged: seconds, verified: (ended - started) / 1000 };
  } finally {
    await downloader.kill();
    await rm(sink, { recursive: true, force: true });
  }
}

/** Everything stands on a topic beside the broker. Resolves with that topic. */
export async function uploadBeside(ground: Ground, work: Work, build: Build): Promise<string> {
  const topic = ground.newTopic();
  const reach = ['--topic', topic, '--bootstrap-servers', ground.bootstrapServers];
  const { code, stderr } = await uploader(ground, work, reach, build, ground.far).ended;
  if (code !== 0) throw new Error(`the uploader beside the broker ended with ${code}: ${stderr}`);
  return topic;
}

/** Seconds of `download --once` of a topic, from the far side to the near one, from its start to its exit. */
export async function downloadAcross(
  ground: Ground,
  work: Work,
  build: Build,
  topic: string,
  begun: () => void,
): Promise<number> {
  const sink = join(ground.folder, `arrived-${ground.newTopic()}`);
  const reach = ['--topic', topic, '--bootstrap-servers', ground.bootstrapServers];
  try {
    begun();
    const args = ['download', '--to', sink, '--once', ...build.download, ...reach];
    const { code, stderr, seconds } = await follow(args, build, { through: ground.near }).ended;
    if (code !== 0) throw new Error(`the downloader ended with ${code}: ${stderr}`);
    await judge(work, join(sink, 'bench'));
    return seconds;
  } finally {
    await rm(sink, { recursive: true, force: true });
  }
}

function uploader(
  ground: Ground,
  work: Work,
  reach: readonly string[],
  build: Build,
  through: Ground['near'],
): FollowedSluice {
  const flags = through === ground.near ? build.upload : [];
  const args = ['upload', '--from', work.folder, '--name', 'bench', '--once', '--min-age', '0'];
  return follow([...args, ...flags, ...reach], build, { through });
}

function follow(args: readonly string[], { executable }: Build, options: FollowOptions): FollowedSluice {
  return followSluice([...args, '--log-level', 'error'], { executable, ...options });
}

async function useOnce(ground: Ground, reach: readonly string[], build: Build): Promise<void> {
  const folder = join(ground.folder, 'first');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'file'), 'first');
  const args = ['upload', '--from', folder, '--name', 'first', '--once', '--min-age', '0', ...reach];
  const { code, stderr } = await follow(args, build, { through: ground.far }).ended;
  if (code !== 0) throw new Error(`the first uploader ended with ${code}: ${stderr}`);
}
