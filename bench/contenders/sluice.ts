/** Sluice: an uploader and a downloader at the same time, on a topic of their own. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type FollowedSluice, type FollowOptions, followSluice } from '../../test/support/sluice-events.ts';
import type { Contender, Measured } from '../contender.ts';
import type { Ground } from '../ground.ts';
import { ProcessMeter } from '../process-meter.ts';
import { judge, type Work } from '../work.ts';

/** What is published, not the source: Node need not take the types out of it first. */
const executable = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

function follow(args: readonly string[], options: FollowOptions = {}): FollowedSluice {
  return followSluice(args, { executable, ...options });
}

/**
 * Timed from the start of the uploader's process to the last file verified, durable and under its name. The downloader
 * waits at the topic by then, as sshd does at its port; Node's start counts for the uploader as it does for scp.
 */
export function sluice(ground: Ground, work: Work, checksum: string, secret?: Secret): Contender {
  return {
    name: `sluice, ${checksum}${secret === undefined ? '' : ', encrypted'}`,
    run: () =>
      ground.withTopic(async (topic) => {
        const sink = folderSink(ground, work);
        try {
          return await transfer(ground, work, {
            checksum,
            topic,
            sink,
            ...(secret === undefined ? {} : { secret }),
          });
        } finally {
          await rm(sink.folder, { recursive: true, force: true });
        }
      }),
  };
}

/** For whom a transfer is encrypted, and the file with the key that opens it. */
export interface Secret {
  readonly recipient: string;
  readonly identityFile: string;
}

/** Where the files of a transfer end. */
export interface Sink {
  readonly to: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Rejects when what stands there is not what was sent. */
  judge(): Promise<void>;
}

function folderSink(ground: Ground, work: Work): Sink & { readonly folder: string } {
  const folder = join(ground.folder, 'arrived-sluice');
  return { to: folder, folder, judge: () => judge(work, join(folder, 'bench')) };
}

/** Once, from the work's folder to the sink; what stands there afterwards stays. */
export async function transfer(
  ground: Ground,
  work: Work,
  {
    checksum,
    topic,
    sink,
    secret,
  }: { readonly checksum: string; readonly topic: string; readonly sink: Sink; readonly secret?: Secret },
): Promise<Measured> {
  const reach = ['--topic', topic, '--bootstrap-servers', ground.broker.bootstrapServers];
  await useOnce(ground, reach);
  const sealed = secret === undefined ? [] : ['--encrypt-to', secret.recipient];
  const opened = secret === undefined ? [] : ['--identity', secret.identityFile];
  const all = Promise.withResolvers<number>();
  let received = 0;
  const downloader = follow(['download', '--to', sink.to, ...opened, ...reach], {
    ...(sink.env === undefined ? {} : { env: sink.env }),
    onEvent: ({ type, uploader }) => {
      if (type !== 'received' || uploader !== 'bench') return;
      if (++received === work.files) all.resolve(performance.now());
    },
  });
  try {
    await downloader.event(({ type }) => type === 'started', 'it had started');
    const args = ['upload', '--from', work.folder, '--name', 'bench', '--once', '--min-age', '0', ...sealed];
    const start = (): FollowedSluice => follow([...args, '--checksum', checksum, ...reach]);
    const measured = await race(ground.brokerPid, downloader, start, all.promise);
    await sink.judge();
    return measured;
  } finally {
    await downloader.kill();
  }
}

/** Topics live long: what the first uploader of all finds to set up is not what a transfer costs. */
async function useOnce(ground: Ground, reach: readonly string[]): Promise<void> {
  const folder = join(ground.folder, 'first');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'file'), 'first');
  const args = ['upload', '--from', folder, '--name', 'first', '--once', '--min-age', '0', ...reach];
  const { code, stderr } = await follow(args).ended;
  if (code !== 0) throw new Error(`the first uploader ended with ${code}: ${stderr}`);
}

async function race(
  brokerPid: number,
  downloader: FollowedSluice,
  start: () => FollowedSluice,
  allReceived: Promise<number>,
): Promise<Measured> {
  const broker = new ProcessMeter(brokerPid);
  const receiver = new ProcessMeter(downloader.child.pid);
  broker.restart();
  receiver.restart();
  const started = performance.now();
  const uploader = start();
  const sender = new ProcessMeter(uploader.child.pid);
  const { code, stderr } = await uploader.ended;
  if (code !== 0) throw new Error(`the uploader ended with ${code}: ${stderr}`);
  const ended = await Promise.race([allReceived, downloader.ended]);
  if (typeof ended !== 'number') throw new Error(`the downloader ended with ${ended.code}: ${ended.stderr}`);
  const sides = { sender: sender.stop(), receiver: receiver.stop(), broker: broker.stop() };
  return { seconds: (ended - started) / 1000, sides };
}
