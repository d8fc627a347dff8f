/** Records: a downloader that rebuilds a topic on which strangers write, into a folder on a disk. */
import { exitCodeOf } from '../../../src/cli/transfer.ts';
import { ExitCode } from '../../../src/errors.ts';
import { downloadTo } from '../../../src/files/download.ts';
import type { DownloadEvent } from '../../../src/files/shared/events.ts';
import type { DownloadSummary } from '../../../src/files/shared/options.ts';
import { createMemoryCluster, type MemoryCluster } from '../../../src/kafka/memory.ts';
import { algorithmOf, digestOf } from '../../../src/records/checksum.ts';
import type { Sink } from '../../../src/stores/contract.ts';
import { openDiskSink } from '../../../src/stores/disk/sink.ts';
import { mostMemory, type Target } from '../target.ts';
import { Canary } from './canary.ts';
import * as healthy from './healthy.ts';
import { hostileRecords } from './hostile.ts';
import { appendAll, mixed, type WrittenRecord } from './written.ts';

/** Records of a case, the healthy ones not counted. */
const caseSize = 500;
const maxMessageBytes = 8 * 1024 * 1024;

type OpenSink = (place: string) => Promise<Sink>;

/** `open`: to see that what a faulty sink does is found. */
export async function openDownload(open: OpenSink = openDiskSink): Promise<Target<WrittenRecord>> {
  return {
    name: 'records',
    unit: 'records',
    short: 3000,
    limit: 30_000,
    memory: mostMemory,
    make: (random) => hostileRecords(random, caseSize - (random.chance(0.75) ? 1 : 0)),
    count: (items) => items.length,
    judge: (items) => judgeDownload(items, open),
    close: async () => {},
  };
}

/** A topic with hostile and healthy records, and where each of the hostile ones stands. */
export async function clusterWith(
  items: readonly WrittenRecord[],
): Promise<{ readonly cluster: MemoryCluster; readonly offsets: readonly number[] }> {
  const cluster = createMemoryCluster({ maxMessageBytes });
  const kafka = cluster.client();
  await kafka.createTopic({ name: healthy.topic, partitions: healthy.partitions, replicationFactor: 1 });
  const records = [...healthy.records.begun, ...mixed(items, healthy.records.later)];
  const places = await appendAll(kafka, records);
  await kafka.close();
  const byRecord = new Map(records.map((record, index) => [record, places[index]!]));
  return { cluster, offsets: items.map((item) => byRecord.get(item)!) };
}

/** Characters: a path, and some words about it. */
const longestReason = 4500;

interface Run {
  readonly summary: DownloadSummary;
  readonly events: readonly DownloadEvent[];
}

async function judgeDownload(items: readonly WrittenRecord[], open: OpenSink): Promise<string[]> {
  // Each of its own: the same record may stand in a case twice.
  const own = items.map((item) => ({ ...item }));
  const { cluster, offsets } = await clusterWith(own);
  const canary = new Canary();
  try {
    const run = await download(cluster, canary.root, open);
    const stands = canary.files();
    const faults = [...standing(canary, run.events, stands), ...accounts(run, own, offsets)];
    // Again on the same sink, now and then, which remembers what was left open: nothing changes.
    if (items.length % 2 === 0) {
      const again = await download(cluster, canary.root, open);
      const then = canary.files();
      faults.push(...standing(canary, [...run.events, ...again.events], then));
      const changed = [...stands.files].find(([name, bytes]) => then.files.get(name)?.equals(bytes) !== true);
      if (changed !== undefined) faults.push(`a second run changes ${changed[0]}`);
    }
    return faults;
  } finally {
    canary.remove();
  }
}

async function download(cluster: MemoryCluster, root: string, open: OpenSink): Promise<Run> {
  const kafka = cluster.client();
  const sink = await open(root);
  const events: DownloadEvent[] = [];
  try {
    const summary = await downloadTo(kafka, sink, {
      kafka: {},
      topic: healthy.topic,
      to: root,
      name: 'office',
      once: true,
      commitInterval: 20,
      onEvent: (event) => events.push(event),
    });
    return { summary, events };
  } finally {
    await sink.close();
    await kafka.close();
  }
}

type Standing = ReturnType<Canary['files']>;

/** What stands on the disk: all that is healthy, what was told as received, and nothing anywhere else. */
function standing(canary: Canary, events: readonly DownloadEvent[], { files, odd }: Standing): string[] {
  const faults: string[] = [];
  const outside = canary.fault();
  if (outside !== undefined) faults.push(outside);
  const linked = new Set(events.map((event) => (event.type === 'linked' ? event.target : '')));
  for (const name of odd) if (!linked.has(name)) faults.push(`${name} is neither a file nor a folder`);
  for (const [path, bytes] of healthy.expected) {
    const stands = files.get(`${healthy.uploader}/${path}`);
    if (stands === undefined)
      faults.push(`the healthy file ${path} has not arrived: ${toldOf(events, path)}`);
    else if (!stands.equals(bytes))
      faults.push(`the healthy file ${path} has other bytes: ${toldOf(events, path)}`);
  }
  const digests = new Map<string, string>();
  for (const event of events) {
    if (event.type === 'received') digests.set(event.target, event.digest);
    // What stands there afterwards, nobody has told of.
    if (event.type === 'deleted' || event.type === 'linked' || event.type === 'folder-made')
      digests.delete(event.target);
  }
  for (const [target, digest] of digests) {
    const stands = files.get(target);
    if (stands === undefined) faults.push(`${target} was told as received, and does not stand there`);
    else if (digestOf(algorithmOf(digest), stands) !== digest)
      faults.push(`${target} does not have its digest`);
  }
  for (const name of files.keys())
    if (!digests.has(name) && !name.endsWith('.DIGEST_MISMATCH'))
      faults.push(`${name} stands there, and nobody told of it`);
  return faults;
}

function toldOf(events: readonly DownloadEvent[], path: string): string {
  const about = events.filter((event) => event.type !== 'progress' && JSON.stringify(event).includes(path));
  return about.length === 0 ? 'nothing is told of it' : about.map((event) => JSON.stringify(event)).join(' ');
}

/** What is told: every refused record by its place, and an exit code that says that something is missing. */
function accounts(
  { summary, events }: Run,
  items: readonly WrittenRecord[],
  offsets: readonly number[],
): string[] {
  const faults: string[] = [];
  const refused = events.filter((event) => event.type === 'refused-record');
  const places = new Set(refused.map(({ partition, offset }) => `${partition} ${offset}`));
  for (const [index, { partition, must }] of items.entries()) {
    if (must === undefined || places.has(`${partition} ${offsets[index]}`)) continue;
    faults.push(
      `the record at offset ${offsets[index]} of partition ${partition} breaks a rule, and is not refused`,
    );
  }
  if (summary.failed < refused.length)
    faults.push(`${refused.length} records are refused, and ${summary.failed} count as failed`);
  const isIncomplete = refused.length > 0 || summary.open > 0 || events.some(({ type }) => type === 'failed');
  const code = exitCodeOf(summary);
  if (refused.length > 0 && code !== ExitCode.incomplete)
    faults.push(`the exit code is ${code}, though records were refused`);
  if (!isIncomplete && code !== ExitCode.ok)
    faults.push(`the exit code is ${code}, though nothing is missing`);
  const long = refused.find(({ reason }) => reason.length > longestReason);
  if (long !== undefined) faults.push(`a reason has ${long.reason.length} characters`);
  return faults;
}
