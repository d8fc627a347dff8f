/**
 * `T.state` and `T` together: an uploader that remembers on a topic on which strangers write, and whoever lists files, reads one or
 * downloads them all after that.
 */
import { isUtf8 } from 'node:buffer';
import { FormatError, SluiceError } from '../../../src/errors.ts';
import { catFrom } from '../../../src/files/cat.ts';
import { downloadTo } from '../../../src/files/download.ts';
import { listFrom } from '../../../src/files/list.ts';
import { uploadFrom } from '../../../src/files/upload.ts';
import type { Kafka } from '../../../src/kafka/contract.ts';
import { createMemoryCluster } from '../../../src/kafka/memory.ts';
import { decodeStateRecord } from '../../../src/records/state-record.ts';
import { openDiskSink } from '../../../src/stores/disk/sink.ts';
import { MemorySource } from '../../../src/stores/memory/source.ts';
import { Random } from '../random.ts';
import { mostMemory, type Target } from '../target.ts';
import { Canary } from './canary.ts';
import * as healthy from './healthy.ts';
import { hostileRecords } from './hostile.ts';
import { hostileState, real, stateTopic, topicId } from './state-drafts.ts';
import { appendAll, type WrittenRecord } from './written.ts';

const caseSize = 200;
const { topic } = healthy;
const options = { kafka: {}, topic };

export async function openState(): Promise<Target<WrittenRecord>> {
  return {
    name: 'state',
    unit: 'records',
    short: 1200,
    limit: 30_000,
    memory: mostMemory,
    make(random) {
      // Most of the time what the real uploader itself remembers is whole, so that the rest is looked at.
      const isWhole = random.chance(0.7);
      const state = Array.from({ length: caseSize }, () => hostileState(random)).filter(
        (record) => !(isWhole && isDamaged(record)),
      );
      return [...state.filter((record) => !mayHarm(record)), ...hostileRecords(random, caseSize / 4)];
    },
    count: (items) => items.length,
    judge,
    close: async () => {},
  };
}

/** Whoever writes what the real uploader would write, or since when the topic tells, is one; what is damaged is not. */
function mayHarm(record: WrittenRecord): boolean {
  try {
    const { uploader } = decodeStateRecord(record);
    return uploader === real || uploader === '';
  } catch {
    return false;
  }
}

/** It stands where the real uploader looks for its own: it refuses to go on then, and says where. */
function isDamaged(record: WrittenRecord): boolean {
  const key = record.key?.toString() ?? '';
  if (record.topic !== stateTopic || !(key === '/' || key === real || key.startsWith(`${real}/`)))
    return false;
  try {
    decodeStateRecord(record);
    return false;
  } catch {
    return true;
  }
}

const random = new Random('state');
const first = new Map([
  ['a', random.bytes(100)],
  ['dir/b', random.bytes(5000)],
  ['empty', Buffer.alloc(0)],
  ['\u20ac', random.bytes(700)],
]);
const second = new Map([...first, ['a', random.bytes(101)], ['new', random.bytes(20)]]);

async function judge(items: readonly WrittenRecord[]): Promise<string[]> {
  const kafka = createMemoryCluster({ maxMessageBytes: 8 * 1024 * 1024 }).client();
  const source = new MemorySource();
  const faults: string[] = [];
  const upload = async (files: ReadonlyMap<string, Buffer>): Promise<void> => {
    for (const [path, bytes] of files)
      if (!source.paths().includes(path) || !Buffer.from(source.bytes(path)).equals(bytes))
        source.write(path, bytes);
    const { failed } = await uploadFrom(kafka, source, {
      ...options,
      from: source.place,
      name: real,
      once: true,
      minAge: 0,
      linger: 0,
      packBelow: 300,
      chunkSize: 1000,
      partitions: healthy.partitions,
      replicationFactor: 1,
    });
    if (failed > 0) faults.push(`${failed} files were not sent`);
  };
  try {
    await upload(first);
    const id = (await kafka.describeTopic(topic))?.id ?? '';
    await appendAll(
      kafka,
      items.map((item) => ({ ...item, value: withId(item.value, id) })),
    );
    await look(kafka, first, faults);
    const isRefused = await upload(second).then(
      () => false,
      (error: unknown) => {
        if (error instanceof FormatError && items.some(isDamaged)) return true;
        throw error;
      },
    );
    const sent = isRefused ? first : second;
    await look(kafka, sent, faults);
    await download(kafka, sent, faults);
  } finally {
    await kafka.close();
  }
  return faults;
}

function withId(value: Buffer | null, id: string): Buffer | null {
  return value === null || !isUtf8(value) ? value : Buffer.from(value.toString().replaceAll(topicId, id));
}

/** What `list` and `cat` say of the real files, and that others do them no harm. */
async function look(kafka: Kafka, files: ReadonlyMap<string, Buffer>, faults: string[]): Promise<void> {
  for (const newestOnly of [true, false]) {
    const listed = await listFrom(kafka, { ...options, newestOnly });
    for (const [path, { length }] of files) {
      const found = listed.find(
        (file) => file.uploader === real && file.path === path && file.size === length,
      );
      if (found?.state !== 'complete')
        faults.push(`list (newestOnly ${newestOnly}) says of ${path}: ${JSON.stringify(found)}`);
    }
    const odd = listed.find(({ mtime, sentAt, size }) => ![mtime, sentAt, size].every(Number.isFinite));
    if (odd !== undefined) faults.push(`list says ${JSON.stringify(odd)}`);
    // Those of strangers may be anything but the end of us.
    for (const { uploader, path } of listed.filter((file) => file.uploader !== real).slice(0, 5)) {
      await cat(kafka, `${uploader}/${path}`).catch((error: unknown) => {
        if (!(error instanceof SluiceError)) throw error;
      });
    }
  }
  for (const [path, bytes] of files) {
    const found = await cat(kafka, `${real}/${path}`).catch((error: unknown) => Buffer.from(String(error)));
    if (!found.equals(bytes))
      faults.push(`cat gives other bytes of ${path}: ${found.toString('latin1').slice(0, 200)}`);
  }
}

async function cat(kafka: Kafka, file: string): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of catFrom(kafka, { ...options, file })) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

async function download(kafka: Kafka, sent: ReadonlyMap<string, Buffer>, faults: string[]): Promise<void> {
  const canary = new Canary();
  const sink = await openDiskSink(canary.root);
  await downloadTo(kafka, sink, { ...options, to: sink.place, name: 'office', once: true });
  await sink.close();
  const { files } = canary.files();
  canary.remove();
  for (const [path, bytes] of sent) {
    const stands = files.get(`${real}/${path}`);
    if (stands === undefined || !stands.equals(bytes)) faults.push(`${path} has not arrived`);
  }
}
