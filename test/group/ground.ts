/** A bucket that several downloaders fill together: real processes, a real Kafka, a real S3 server, and who wrote what. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Bucket, makeBucket } from '../support/bucket.ts';
import { noise, sha256 } from '../support/bytes.ts';
import type { Owner } from '../support/owner.ts';
import { type RunningS3, startS3 } from '../support/s3.ts';
import { type FollowedSluice, followSluice, type JsonEvent } from '../support/sluice-events.ts';
import { uniqueTopic } from '../support/unique.ts';
import { waitFor } from '../support/wait.ts';

export interface GroupMember {
  readonly name: string;
  readonly process: FollowedSluice;
  /** All that it said, in order, without progress. */
  readonly events: readonly JsonEvent[];
}

export interface GroupGround {
  readonly s3: RunningS3;
  readonly bucket: Bucket;
  readonly members: readonly GroupMember[];
  /** Puts files into the source: their sizes by path. */
  make(sizes: ReadonlyMap<string, number>): Promise<void>;
  /** Starts the uploader, which ends by itself. */
  upload(...more: string[]): FollowedSluice;
  /** Starts a member; `port`: of a proxy before the S3 server. */
  join(name: string, port?: number): GroupMember;
  /** Resolves when all files stand in the bucket, by their names. */
  filled(timeout: number): Promise<void>;
  /** What is wrong, a line each: files that are missing, different, strange, told twice, or told as failed. */
  faults(): Promise<string[]>;
}

export async function groupGround(
  owner: Owner,
  bootstrapServers: string,
  { partitions, takeOverAfter }: { readonly partitions: number; readonly takeOverAfter: string },
): Promise<GroupGround> {
  const s3 = await startS3(owner);
  const bucket = await makeBucket(s3);
  const topic = uniqueTopic('group');
  const env = { ...s3.environment, SLUICE_BOOTSTRAP_SERVERS: bootstrapServers, SLUICE_TOPIC: topic };
  const from = await mkdtemp(join(tmpdir(), 'sluice-group-'));
  owner.after(() => rm(from, { recursive: true, force: true, maxRetries: 5 }));
  const digests = new Map<string, string>();
  const members: GroupMember[] = [];
  return {
    s3,
    bucket,
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
    join(name, port = s3.port) {
      const events: JsonEvent[] = [];
      const flags = ['--to', `s3://${bucket.name}/copies`, '--group', 'fill', '--name', name];
      const run = followSluice(['download', ...flags, '--take-over-after', takeOverAfter], {
        env: { ...env, AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}` },
        onEvent: (event) => void (event.type === 'progress' || events.push(event)),
      });
      owner.after(() => run.kill());
      const member = { name, process: run, events };
      members.push(member);
      return member;
    },
    async filled(timeout) {
      const count = async (): Promise<boolean> => (await bucket.keys('copies/shop/')).length === digests.size;
      await waitFor(count, { what: `${digests.size} files in the bucket`, timeout, interval: 250 });
    },
    async faults() {
      const found = await bucket.digests('copies/shop/');
      const faults = [...digests].flatMap(([path, digest]) => {
        const what = found[path] === undefined ? 'is missing' : 'has other bytes';
        return found[path] === digest ? [] : [`${path} ${what}`];
      });
      for (const path of Object.keys(found)) if (!digests.has(path)) faults.push(`${path} was never sent`);
      const tellers = new Map<string, string[]>();
      for (const { name, events } of members)
        for (const { type, path, message } of events) {
          if (type === 'failed' || type === 'lost') faults.push(`${name}: ${path}: ${message}`);
          if (type === 'received') tellers.set(String(path), [...(tellers.get(String(path)) ?? []), name]);
        }
      for (const [path, names] of tellers)
        if (names.length > 1) faults.push(`${path} was written by ${names.join(' and ')}`);
      return faults;
    },
  };
}

/** Ends members in good order. */
export async function endMembers(members: readonly GroupMember[]): Promise<void> {
  for (const { process } of members) process.child.kill('SIGINT');
  await Promise.all(members.map(({ process }) => process.ended));
}
