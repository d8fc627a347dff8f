/** A place that several downloaders fill together, a bucket or a folder: real processes, a real Kafka, and who wrote what. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { noise, sha256 } from '../support/bytes.ts';
import type { Owner } from '../support/owner.ts';
import { type FollowedSluice, followSluice, type JsonEvent } from '../support/sluice-events.ts';
import { uniqueTopic } from '../support/unique.ts';
import { waitFor } from '../support/wait.ts';
import type { GroupPlaceGround } from './places.ts';

const armed = fileURLToPath(new URL('./armed.ts', import.meta.url));

export interface GroupMember {
  readonly name: string;
  readonly process: FollowedSluice;
  /** All that it said, in order, without progress. */
  readonly events: readonly JsonEvent[];
}

export interface JoinOptions {
  /** What it is given besides. */
  readonly env?: Readonly<Record<string, string>>;
  /** `SIGNAL POINT/COUNT`: what it does to itself when it comes to a point for that time. */
  readonly signalAt?: string;
}

export interface GroupGround {
  readonly members: readonly GroupMember[];
  /** Puts files into the source, in place of those that it has of these names: their sizes by path. */
  make(sizes: ReadonlyMap<string, number>): Promise<void>;
  /** Starts the uploader, which ends by itself. */
  upload(...more: string[]): FollowedSluice;
  /** Starts a member. */
  join(name: string, options?: JoinOptions): GroupMember;
  /** Resolves when all files stand there, by their names; or by their bytes. */
  filled(timeout: number, by?: 'names' | 'bytes'): Promise<void>;
  /** What is wrong, a line each: files that are missing, different, strange, told twice, or told as failed. */
  faults(): Promise<string[]>;
}

export async function groupGround(
  owner: Owner,
  bootstrapServers: string,
  place: GroupPlaceGround,
  { partitions, takeOverAfter }: { readonly partitions: number; readonly takeOverAfter: string },
): Promise<GroupGround> {
  const topic = uniqueTopic('group');
  const env = { ...place.env, SLUICE_BOOTSTRAP_SERVERS: bootstrapServers, SLUICE_TOPIC: topic };
  const from = await mkdtemp(join(tmpdir(), 'sluice-group-'));
  owner.after(() => rm(from, { recursive: true, force: true, maxRetries: 5 }));
  const digests = new Map<string, string>();
  const members: GroupMember[] = [];
  const isFilled = async (): Promise<boolean> => {
    const found = await place.digests();
    return [...digests].every(([path, digest]) => found[path] === digest);
  };
  return {
    members,
    async make(sizes) {
      for (const [path, size] of sizes) {
        const bytes = noise(size);
        digests.set(path, sha256(bytes));
        await mkdir(dirname(join(from, path)), { recursive: true });
        await writeFile(join(from, path), bytes);
      }
    },
    upload(...more) {
      const flags = ['--from', from, '--name', 'shop', '--once', '--min-age', '0'];
      const made = ['--partitions', String(partitions)];
      const run = followSluice(['upload', ...flags, ...made, ...more], { env });
      owner.after(() => run.kill());
      return run;
    },
    join(name, { env: more = {}, signalAt } = {}) {
      const events: JsonEvent[] = [];
      const flags = ['--to', place.to, '--group', 'fill', '--name', name, '--take-over-after', takeOverAfter];
      const run = followSluice(['download', ...flags], {
        env: { ...env, ...more, ...(signalAt === undefined ? {} : { SIGNAL_AT: signalAt }) },
        nodeArgs: signalAt === undefined ? [] : ['--import', armed],
        onEvent: (event) => void (event.type === 'progress' || events.push(event)),
      });
      owner.after(() => run.kill());
      const member = { name, process: run, events };
      members.push(member);
      return member;
    },
    async filled(timeout, by = 'names') {
      const count = async (): Promise<boolean> => (await place.names()).length === digests.size;
      const what = `${digests.size} files`;
      await waitFor(by === 'names' ? count : isFilled, { what, timeout, interval: 250 });
    },
    async faults() {
      const found = await place.digests();
      const faults = [...digests].flatMap(([path, digest]) => {
        const what = found[path] === undefined ? 'is missing' : 'has other bytes';
        return found[path] === digest ? [] : [`${path} ${what}`];
      });
      for (const path of Object.keys(found)) if (!digests.has(path)) faults.push(`${path} was never sent`);
      const tellers = new Map<string, string[]>();
      for (const { name, events } of members)
        for (const { type, path, upload, message } of events) {
          if (type === 'failed' || type === 'lost') faults.push(`${name}: ${path}: ${message}`);
          const version = `${path} ${upload}`;
          if (type === 'received') tellers.set(version, [...(tellers.get(version) ?? []), name]);
        }
      for (const [version, names] of tellers)
        if (names.length > 1) faults.push(`${version} was written by ${names.join(' and ')}`);
      return faults;
    },
  };
}

/** How often it was given partitions. */
export function timesAssigned({ events }: GroupMember): number {
  return events.filter(({ type }) => type === 'assigned').length;
}

/**
 * Resolves when a member that went on is given partitions once more than so many times. A request to a store that was cut off is waited for for two
 * minutes, and a member joins when it is through with what it has in hand.
 */
export async function isBack(member: GroupMember, than: number): Promise<void> {
  const back = (): boolean => {
    if (timesAssigned(member) > than) return true;
    throw new Error(`it said last: ${JSON.stringify(member.events.slice(-12))}`);
  };
  await waitFor(back, { what: 'the return of the one that was frozen', timeout: 400_000 });
}

/** Ends members in good order. */
export async function endMembers(members: readonly GroupMember[]): Promise<void> {
  for (const { process } of members) process.child.kill('SIGINT');
  await Promise.all(members.map(({ process }) => process.ended));
}
