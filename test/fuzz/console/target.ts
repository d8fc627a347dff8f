/** The console's model over topics on which strangers write: what it says of everybody else stays right, and can be said in JSON. */
import type { ConsoleModel } from '../../../src/console/contract.ts';
import { modelOf } from '../../../src/console/model/model.ts';
import { SluiceError } from '../../../src/errors.ts';
import type { Kafka } from '../../../src/kafka/contract.ts';
import { createMemoryCluster } from '../../../src/kafka/memory.ts';
import { encodeClaim } from '../../../src/records/live-claim.ts';
import { encodeReport } from '../../../src/records/report-record.ts';
import { encodeFileState, encodeLease, statePartition } from '../../../src/records/state-record.ts';
import { craftedId } from '../../support/crafted.ts';
import { waitFor } from '../../support/wait.ts';
import * as nasty from '../nasty.ts';
import { statePartitions, topicId } from '../records/state-drafts.ts';
import { appendAll, mixed, type WrittenRecord, written } from '../records/written.ts';
import { mostMemory, type Target } from '../target.ts';
import { goodRun, goodStream, hostileRecord, liveTopic, topic } from './drafts.ts';

const caseSize = 150;
const times = { offsets: 5, settings: 5, tell: 5, point: 5, absent: 5 };
const digest = `md5:${'0'.repeat(32)}`;

/** `open`: another model, so that the judge can be judged. */
export async function openConsoleModel(open: typeof modelOf = modelOf): Promise<Target<WrittenRecord>> {
  return {
    ...{ name: 'console', unit: 'records', short: 900, limit: 30_000, memory: mostMemory },
    make: (random) => Array.from({ length: caseSize }, () => hostileRecord(random)),
    count: (items) => items.length,
    judge: (items) => judge(items, open),
    close: async () => {},
  };
}

function healthy(id: string): WrittenRecord[] {
  const state = (record: Parameters<typeof written>[0]) =>
    written(record, `${topic}.state`, statePartition(goodRun, statePartitions));
  const fingerprint = { size: 40, mtime: '5000000', ctime: '', inode: '' };
  const place = { partition: 1, first: 3, last: 3, acked: 40, digest };
  const file = (path: string, version: number) =>
    state(
      encodeFileState(goodRun, path, {
        ...{ topic: id, upload: craftedId({ path, version }), state: 'sent', fingerprint, ...place },
      }),
    );
  const files = { done: 2, bytes: 80, rate: 7, open: 1, openBytes: 9, failed: 0, parked: 0 };
  const report = { name: goodRun, state: 'running', version: '9.9.9', lasts: 60_000, files } as const;
  const claim = encodeClaim({
    ...({ stream: goodStream, state: 'live', epoch: 1, owner: 'me', host: 'h', lasts: 600_000 } as const),
    ...{ partition: 0, began: 1000, media: 1, discontinuities: 0, offset: 0 },
    targets: { part: 1, segment: 1 },
  });
  return [
    state(encodeLease(goodRun, { topic: id, owner: 'me', host: 'h', pid: 7, lasts: 60_000 })),
    ...[file('a', 1), file('dir/b', 2)],
    written(encodeReport({ kind: 'uploader', name: goodRun }, report), `${topic}.reports`, 0),
    written(claim, `${liveTopic}.streams`, 0),
  ];
}

async function judge(items: readonly WrittenRecord[], open: typeof modelOf): Promise<string[]> {
  const cluster = createMemoryCluster({ maxMessageBytes: 8 * 1024 * 1024 });
  const kafka = cluster.client();
  const faults: string[] = [];
  const id = await prepared(kafka);
  const withId = (record: WrittenRecord): WrittenRecord => ({
    ...record,
    value: record.value && Buffer.from(record.value.toString('latin1').replaceAll(topicId, id), 'latin1'),
  });
  await appendAll(kafka, mixed(items, healthy(id)).map(withId));
  const model = open(cluster.client(), { topic, liveTopic, times });
  try {
    // The last of each topic: all before it is read then.
    const last = encodeReport({ kind: 'server', name: 'last' }, { name: 'last', state: 'ended', lasts: 1 });
    await appendAll(kafka, [written(last, `${liveTopic}.reports`, 0)]);
    await waitFor(() => isThere(model) || model.trouble() !== undefined).catch(() => {});
    if (!isThere(model)) faults.push('what uploaders and publishers have written is not seen');
    judgeRows(model, faults);
    await ask(model, faults);
  } finally {
    await model.close();
    await kafka.close();
  }
  return faults;
}

async function prepared(kafka: Kafka): Promise<string> {
  const { id } = await kafka.createTopic({ name: topic, partitions: 4, replicationFactor: 1 });
  const config = { 'cleanup.policy': 'compact' };
  const make = (name: string, partitions: number) =>
    kafka.createTopic({ name, partitions, replicationFactor: 1, config });
  await make(`${topic}.state`, statePartitions);
  for (const name of [
    `${topic}.reports`,
    `${liveTopic}.reports`,
    `${liveTopic}.streams`,
    `${liveTopic}.index`,
  ])
    await make(name, 1);
  return id;
}

function isThere(model: ConsoleModel): boolean {
  const { uploaders, streams } = model.sections();
  return (
    model.file(goodRun, 'dir/b') !== undefined &&
    uploaders.some(({ id, version }) => id === goodRun && version !== undefined) &&
    streams.some(({ id }) => id === goodStream)
  );
}

function judgeRows(model: ConsoleModel, faults: string[]): void {
  const sections = model.sections();
  const row = sections.uploaders.find(({ id }) => id === goodRun);
  const { sentFiles, sentBytes, version, backlogBytes, state } = row ?? {};
  const found = JSON.stringify([state, sentFiles, sentBytes, version, backlogBytes]);
  if (found !== '["running",2,80,"9.9.9",9]') faults.push(`the healthy uploader is shown as ${found}`);
  const stream = sections.streams.find(({ id }) => id === goodStream);
  if (stream?.state !== 'live' || stream.began !== 1000)
    faults.push(`the healthy stream is shown as ${JSON.stringify(stream)}`);
  const all = { sections, totals: model.totals(), files: model.files({ limit: 500 }) };
  // Numbers that are none are null in JSON, which stands for nothing here.
  const text = JSON.stringify(all);
  const odd = /.{0,60}(?::null|NaN|Infinity).{0,20}/.exec(text)?.[0];
  if (odd !== undefined) faults.push(`something that is no number is told: ${odd}`);
  const trouble = model.trouble();
  if (trouble !== undefined) faults.push(`there is trouble: ${trouble}`);
}

/** Whatever somebody asks is answered. */
async function ask(model: ConsoleModel, faults: string[]): Promise<void> {
  for (const text of [...nasty.paths.slice(0, 12), ...nasty.names.slice(-8)]) {
    const search = text.slice(0, 256);
    const { files, total } = model.files({ search, uploader: goodRun, after: text });
    if (files.length > total) faults.push(`of ${JSON.stringify(search)} there are more files than there are`);
  }
  const found = model.files({ search: `${goodRun}/dir/b` }).files;
  if (found.length !== 1) faults.push(`the healthy file is found ${found.length} times`);
  for (const path of ['dir/b', '__proto__', '../x'])
    try {
      const events = await model.fileHistory(goodRun, path);
      if (path === 'dir/b' && !events.some(({ what }) => what === 'sent'))
        faults.push('the healthy file has no history');
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      faults.push(`a history is refused: ${error.message}`);
    }
}
