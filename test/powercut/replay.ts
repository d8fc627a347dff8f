/** Starts a downloader on what a power cut left, and says what the promises of a sink do not allow. */
import { createHash } from 'node:crypto';
import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { downloadTo } from '../../src/files/download.ts';
import type { Kafka, Position } from '../../src/kafka/contract.ts';
import { placeFile } from '../../src/stores/disk/place.ts';
import { openDiskSink } from '../../src/stores/disk/sink.ts';
import type { Remains, StoredFile } from './disk-model.ts';

/** Positions of a consumer group: partition -> position. */
export type Committed = ReadonlyMap<string, ReadonlyMap<number, Position>>;

export interface ReplayOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  /** Path below the sink -> SHA-256 of the file that belongs there, in hexadecimal digits. */
  readonly expected: ReadonlyMap<string, string>;
  /** The sink's path among the remains. */
  readonly sink: string;
  /** Where the remains are laid out; emptied first. */
  readonly place: string;
  /** What told the sink from a copy before the power cut: the disk is the same afterwards. */
  readonly identity: string;
}

/** Violations of the invariants, as sentences; none when all is well. */
export async function replay(
  { kafka, topic, expected, sink, place, identity }: ReplayOptions,
  remains: Remains,
  committed: Committed,
): Promise<string[]> {
  layOut(remains, place);
  const to = join(place, sink);
  const wrong = [...remains.files.keys()]
    .filter((path) => path.startsWith(`${sink}/`) && !path.startsWith(`${sink}/.sluice/`))
    .map((path) => path.slice(sink.length + 1))
    .filter((path) => digestOf(join(to, path)) !== expected.get(path))
    .map((path) => `${path} has wrong bytes right after the power cut`);
  if (wrong.length > 0) return wrong;

  mkdirSync(to, { recursive: true });
  const positions = new Map(committed);
  const isThere = remains.files.has(`${sink}/.sluice/${placeFile}`);
  const store = await openDiskSink(to, isThere ? { identify: () => identity } : {});
  try {
    const again: Kafka = {
      ...kafka,
      committed: async (group) => positions.get(group) ?? new Map(),
      commit: async (group, _topic, more) => {
        positions.set(group, new Map([...(positions.get(group) ?? []), ...more]));
      },
    };
    const summary = await downloadTo(again, store, { kafka: {}, topic, to, once: true });
    const found = [...expected]
      .filter(([path, digest]) => digestOf(join(to, path)) !== digest)
      .map(([path]) => `${path} is missing or wrong after the next run`);
    if (summary.failed > 0 || summary.open > 0)
      found.push(`the next run told of ${summary.failed} failed and ${summary.open} open files`);
    return found;
  } finally {
    await store.close();
  }
}

/** Puts what remains into a folder, which is emptied first. */
export function layOut({ folders, files }: Remains, place: string): void {
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  for (const folder of folders) mkdirSync(join(place, folder), { recursive: true });
  for (const [path, file] of files) {
    mkdirSync(dirname(join(place, path)), { recursive: true });
    writeStored(join(place, path), file);
  }
}

function writeStored(path: string, { flushed, changes }: StoredFile): void {
  const file = openSync(path, 'w', 0o600);
  const write = (bytes: Buffer, position: number): void => {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at, position + at);
  };
  write(flushed, 0);
  for (const change of changes) {
    if (change.kind === 'write') write(change.bytes, change.position);
    else ftruncateSync(file, change.size);
  }
  closeSync(file);
}

function digestOf(path: string): string | undefined {
  try {
    return createHash('sha256').update(readFileSync(path)).digest('hex');
  } catch {
    return undefined;
  }
}
