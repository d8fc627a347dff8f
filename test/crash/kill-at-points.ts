/** Makes each crash point fatal, three times, in a transfer that comes to all of them; what is left has to be right after the next run. */
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CrashPoint } from '../../src/crash-points.ts';
import { differences } from '../support/files.ts';
import { uniqueTopic } from '../support/unique.ts';
import { bytesOf } from './contents.ts';
import { type Finished, Life } from './life.ts';
import type { Fatal, Who } from './plan.ts';
import { pointsOf } from './points.ts';

export interface KillOptions {
  readonly bootstrapServers: string;
  /** An existing folder. */
  readonly folder: string;
}

/** Small files for packs, larger ones for chunks, an empty one, and one that an uploader is to be killed over. */
const sizes = [0, 1, 80, 900, 3000, 9000, 20_000, 60_000];
const large = 'deep/er/large';
const largeSize = 300_000;
const uploader = 'shop';

/** A source and the topic that it is sent to. Half of the large file was sent before it became another one, so that it has to be given up. */
export class Transfer {
  readonly #options: KillOptions;
  readonly #folder: string;
  readonly #topic = uniqueTopic('points');
  #sinks = 0;

  private constructor(options: KillOptions, folder: string) {
    this.#options = options;
    this.#folder = folder;
  }

  static async open(options: KillOptions): Promise<Transfer> {
    const transfer = new Transfer(options, await mkdtemp(join(options.folder, 'points-')));
    for (const [index, size] of sizes.entries())
      await transfer.#write(`d${index % 3}/file ${index}`, index, size);
    return transfer;
  }

  get #source(): string {
    return join(this.#folder, 'source');
  }

  async #write(path: string, seed: number, size: number): Promise<void> {
    const file = join(this.#source, path);
    await mkdir(dirname(file), { recursive: true });
    writeFileSync(file, bytesOf({ seed, size, kind: 'noise' }));
  }

  /** Leaves an upload behind that the next one has to give up, and that is open at a sink until then. */
  async leaveHalf(): Promise<void> {
    await this.#write(large, 100, largeSize);
    await this.run('uploader', { fatal: { point: 'chunk:after-ack', count: 20 } });
    await this.#write(large, 101, largeSize);
  }

  newSink(): void {
    this.#sinks++;
  }

  get #sink(): string {
    return join(this.#folder, `sink-${this.#sinks}`);
  }

  /** One run with `--once`; `fatal` kills it, `counts` is where it writes how often it came to which point. */
  async run(who: Who, how: { readonly fatal?: Fatal; readonly counts?: string } = {}): Promise<Finished> {
    const own =
      who === 'uploader'
        ? [
            'upload',
            '--from',
            this.#source,
            '--name',
            uploader,
            '--min-age',
            '0',
            '--chunk-size',
            '5000',
            '--pack-below',
            '1000',
          ]
        : ['download', '--to', this.#sink, '--name', 'office', '--commit-interval', '1'];
    const reach = ['--topic', this.#topic, '--bootstrap-servers', this.#options.bootstrapServers];
    const args = [...own, ...reach, '--once', '--log-level', 'error'];
    const life = new Life({ who, args, once: true, env: {}, user: undefined, fatal: undefined, ...how });
    return life.end();
  }

  /** Says how often a run comes to each point. */
  async counts(who: Who): Promise<Readonly<Partial<Record<CrashPoint, number>>>> {
    const file = join(this.#folder, `counts-of-${who}`);
    const { code, stderr } = await this.run(who, { counts: file });
    // 3: what is half sent is named.
    if (code !== 0 && code !== 3) throw new Error(`${who} ended with ${code}: ${stderr}`);
    return JSON.parse(readFileSync(file, 'utf8'));
  }

  /** What is not as it should be once both have run. */
  async faults(): Promise<string[]> {
    const [up, down] = [await this.run('uploader'), await this.run('downloader')];
    const faults = [up, down]
      .filter(({ code }) => code !== 0)
      .map(({ code, stderr }) => `ended with ${code}: ${stderr}`);
    const different = await differences(this.#source, join(this.#sink, uploader));
    return different === '' ? faults : [...faults, different];
  }
}

/** A downloader comes there for certain only where an upload is open at the end. */
const ofOpen = 'part:after-fsync' satisfies CrashPoint;

export async function killAtPoints(
  options: KillOptions & {
    readonly say: (text: string) => void;
    readonly atOnce: number;
    /** True once no more kills are to be begun. */
    readonly isOver: () => boolean;
  },
): Promise<string[]> {
  const faults: string[] = [];
  let made = 0;
  /** `ready`: a transfer that has not come to the point yet. */
  const kill = async (ready: () => Promise<Transfer>, who: Who, { point, count }: Fatal): Promise<void> => {
    const transfer = await ready();
    const { signal, code } = await transfer.run(who, { fatal: { point, count } });
    // A run may come there less often than the one that was counted.
    if (signal !== 'SIGKILL' && count > 1) return kill(ready, who, { point, count: Math.floor(count / 2) });
    if (signal !== 'SIGKILL') faults.push(`${who} did not come to ${point}, and ended with ${code}`);
    else made++;
    for (const fault of await transfer.faults()) faults.push(`after ${point}/${count}: ${fault}`);
  };
  const anew = (): Promise<Transfer> => Transfer.open(options);
  const halfSent = async (): Promise<Transfer> => {
    const transfer = await anew();
    await transfer.leaveHalf();
    return transfer;
  };
  const received = await halfSent();
  const ofHalf = await received.counts('downloader');
  const sent = await received.counts('uploader');
  const toNewSink = async (): Promise<Transfer> => {
    received.newSink();
    return received;
  };
  await toNewSink();
  const counts = { ...ofHalf, ...(await received.counts('downloader')) };
  const killUploaders = async (): Promise<void> => {
    for (const fatal of fatalsOf('uploader', sent)) {
      if (options.isOver()) return;
      // The first of its runs makes the topics.
      await kill(fatal.point.includes('topic') ? anew : halfSent, 'uploader', fatal);
    }
  };
  const killDownloaders = async (): Promise<void> => {
    for (const fatal of fatalsOf('downloader', counts)) {
      if (options.isOver()) return;
      await kill(fatal.point === ofOpen ? halfSent : toNewSink, 'downloader', fatal);
    }
  };
  if (options.atOnce > 1) await Promise.all([killUploaders(), killDownloaders()]);
  else {
    await killUploaders();
    await killDownloaders();
  }
  options.say(`crash points: ${made} kills, ${faults.length} faults`);
  return faults;
}

function fatalsOf(who: Who, counts: Readonly<Partial<Record<CrashPoint, number>>>): Fatal[] {
  return pointsOf(who).flatMap((point) => threeOf(counts[point] ?? 0).map((count) => ({ point, count })));
}

/** At which times of so many a process is killed: three different ones where there are. */
function threeOf(count: number): number[] {
  if (count < 3) return [1, Math.max(1, count), 1];
  return count < 8 ? [1, 2, 3] : [1, Math.floor(count / 2), Math.floor((3 * count) / 4)];
}
