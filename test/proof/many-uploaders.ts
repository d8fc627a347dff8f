/** Many uploaders at the same time, each a process of its own, and one downloader that receives from all of them. */
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { differences, writeRandomFile } from '../support/files.ts';
import { type FollowedSluice, followSluice } from '../support/sluice-events.ts';
import { uniqueTopic } from '../support/unique.ts';
import { waitFor } from '../support/wait.ts';
import { type Ground, onGround } from './ground.ts';
import { bytesText, type Row, scaled } from './row.ts';
import { countReceived } from './transfer.ts';

/** Processes that start at a time: each needs half a second of a processor to come up. */
const wave = 8;
/** Milliseconds within which 200 processes on two processors are through, with much to spare. */
const patience = 900_000;

export interface ManyOptions {
  readonly uploaders: number;
  /** Bytes of each file that every uploader sends. */
  readonly sizes: readonly number[];
}

export interface ManySent {
  readonly files: number;
  readonly bytes: number;
  /** Peak resident memory of the downloader, bytes. */
  readonly downloaderPeak: number;
  /** Of the uploader that needed the most. */
  readonly uploaderPeak: number;
  /** From the moment that the files were there to the last file received. */
  readonly seconds: number;
  readonly faults: string;
}

/**
 * Starts all uploaders on empty folders, and the downloader. When all of them watch, every folder gets its files at
 * once: so all send at the same time, however long it took to start them.
 */
export async function sendFromMany(
  { bootstrapServers, folder, say }: Ground,
  { uploaders, sizes }: ManyOptions,
): Promise<ManySent> {
  const topic = uniqueTopic('many');
  const reach = ['--topic', topic, '--bootstrap-servers', bootstrapServers];
  const names = Array.from({ length: uploaders }, (_, number) => `shop-${number}`);
  const [sources, ready, sink] = ['sources', 'ready', 'sink'].map((name) => join(folder, name));
  for (const name of names) {
    await mkdir(join(sources!, name), { recursive: true });
    for (const [file, size] of sizes.entries())
      await writeRandomFile(join(ready!, name, `file-${file}.bin`), size);
  }
  const running: FollowedSluice[] = [];
  const received = new Map<string, number>();
  try {
    for (let at = 0; at < uploaders; at += wave) {
      const starting = names.slice(at, at + wave).map((name) => {
        const from = join(sources!, name);
        return followSluice(['upload', '--from', from, '--name', name, '--min-age', '0', ...reach]);
      });
      running.push(...starting);
      await Promise.all(starting.map((run) => run.event(({ type }) => type === 'started', 'it had started')));
    }
    say(`${running.length} uploaders watch`);
    const onEvent = countReceived(received);
    const downloader = followSluice(['download', '--to', sink!, ...reach], { onEvent });
    running.push(downloader);
    await downloader.event(({ type }) => type === 'started', 'it had started');
    const started = performance.now();
    for (const name of names)
      await rename(join(ready!, name), join(sources!, name, 'out')).catch((cause: Error) => {
        throw new Error(`the files of ${name} cannot be put into its folder`, { cause });
      });
    const files = uploaders * sizes.length;
    const isThere = (): boolean => received.size >= files || downloader.child.exitCode !== null;
    await waitFor(isThere, { timeout: patience, interval: 100, what: `${files} files at the downloader` });
    const seconds = (performance.now() - started) / 1000;
    for (const { child } of running) child.kill('SIGINT');
    const ended = await Promise.all(running.map((run) => run.ended));
    const faults = [await differences(sources!, sink!)];
    for (const [number, { code, stderr }] of ended.entries()) {
      if (code !== 130) faults.push(`${names[number] ?? 'the downloader'} ended with ${code}: ${stderr}`);
    }
    const twice = [...received].filter(([, times]) => times !== 1).map(([name]) => name);
    if (twice.length > 0) faults.push(`received more than once: ${twice.join(', ')}`);
    return {
      files: received.size,
      bytes: uploaders * sizes.reduce((sum, size) => sum + size, 0),
      downloaderPeak: ended.at(-1)?.peakMemory ?? 0,
      uploaderPeak: Math.max(...ended.slice(0, -1).map(({ peakMemory }) => peakMemory)),
      seconds,
      faults: faults.filter(Boolean).join('\n'),
    };
  } finally {
    await Promise.all(running.map((run) => run.kill()));
  }
}

const mostBytes = 250e6;
/** Seven that go in packs, three that go in chunks. */
const tenSizes = [0, 1, 4000, 20_000, 60_000, 120_000, 250_000, 300_000, 1_200_000, 3_000_000];

export const manyUploadersRow: Row = {
  name: 'many-uploaders',
  claim: '200 uploaders at once (processes with names of their own) to one downloader, 10 files each',
  bar: 'all verified; memory bounded (the downloader at most 250 MB)',
  async run({ scale, place, say }) {
    const uploaders = scaled(200, scale, 4);
    const sent = await onGround({ place, say }, (ground) =>
      sendFromMany(ground, { uploaders, sizes: tenSizes }),
    );
    const { files, bytes, downloaderPeak, uploaderPeak, seconds, faults } = sent;
    const passed = faults === '' && files === uploaders * tenSizes.length && downloaderPeak <= mostBytes;
    const figures = `${files} files, ${bytesText(bytes)}, ${faults === '' ? 'all verified' : 'NOT all verified'}, ${seconds.toFixed(1)} s after they were put there; downloader ${bytesText(downloaderPeak)}, uploaders at most ${bytesText(uploaderPeak)} each`;
    return { passed, figures, faults };
  },
};
