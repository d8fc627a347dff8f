import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anyAlgorithm, anyPath } from '../../../test/support/arbitraries.ts';
import { noise } from '../../../test/support/bytes.ts';
import fc from '../../../test/support/properties.ts';
import { batchBytes, consumed } from '../../../test/support/records.ts';
import type { NewRecord, Producer } from '../../kafka/contract.ts';
import { createMemoryCluster } from '../../kafka/memory.ts';
import type { ChecksumAlgorithm } from '../../records/checksum.ts';
import { decodeFileRecord } from '../../records/file-record.ts';
import { packEntryText, packIndexLength } from '../../records/pack.ts';
import { UploadIds } from '../../records/upload-id.ts';
import type { SourceFile } from '../../stores/contract.ts';
import { MemorySource } from '../../stores/memory/source.ts';
import { Progress } from '../shared/progress.ts';
import { UploadState } from '../state/upload-state.ts';
import { Buffers } from './buffers.ts';
import { sendFault } from './capacity.ts';
import { digestPlaceholders, fitsPack, PackBuilder, uploadPlaceholder } from './pack-files.ts';
import { PartitionChoice } from './partitions.ts';
import { SendContext } from './send-context.ts';

/** A context whose producer keeps what is appended. */
function contextOf(source: MemorySource, limit: number, checksum: ChecksumAlgorithm = 'md5') {
  const appended: NewRecord[] = [];
  const producer: Producer = {
    append: async (_topic, partition, record) => {
      appended.push(record);
      return { partition, offset: appended.length };
    },
    prepare: () => {},
    ready: async () => {},
    pendingBytes: 0,
    recordBytes: Number.POSITIVE_INFINITY,
    close: async () => {},
  };
  const kafka = createMemoryCluster().client();
  const state = new UploadState({ kafka, topic: 't.state', partitions: 1, uploader: 'shop' });
  state.behind.open(
    { ...producer, append: async (_topic, partition) => ({ partition, offset: 0 }) },
    () => {},
  );
  const options = {
    ...{ source, producer, topic: 't', topicId: 'id', uploader: 'shop', checksum },
    ...{
      chunkSize: undefined,
      linger: 0,
      encryption: undefined,
      buffers: new Buffers(3, limit),
      partitions: new PartitionChoice(1),
    },
    ...{ state, ids: new UploadIds(), progress: new Progress(), signal: new AbortController().signal },
  };
  return { context: new SendContext(options, limit), appended };
}

async function lookAll(source: MemorySource): Promise<SourceFile[]> {
  return Promise.all(source.paths().map(async (path) => (await source.look(path))!));
}

test('A pack takes files as long as they fit to the byte, never exceeds the limit, and comes back whole', async () => {
  const files = fc.uniqueArray(fc.tuple(anyPath, fc.nat({ max: 300 })), {
    selector: ([path]) => path,
    minLength: 1,
    maxLength: 15,
  });
  await fc.assert(
    fc.asyncProperty(
      files,
      fc.integer({ min: 1024, max: 4096 }),
      anyAlgorithm,
      async (written, limit, checksum) => {
        const source = new MemorySource();
        for (const [path, size] of written) source.write(path, noise(size));
        const { context, appended } = contextOf(source, limit, checksum);
        const waiting = (await lookAll(source)).filter((file) => fitsPack(context, file));
        fc.pre(waiting.length > 0);
        const builder = new PackBuilder(context, limit);
        const taken: SourceFile[] = [];
        while (waiting.length > 0 && builder.fits(waiting[0]!)) {
          builder.add(waiting[0]!);
          taken.push(waiting.shift()!);
        }
        const outcomes = await builder.send(Buffer.alloc(limit));
        assert.ok(outcomes.every(({ digest }) => digest?.startsWith(`${checksum}:`)));
        const size = batchBytes(consumed(appended[0]!));
        assert.ok(size <= limit);
        const [next] = waiting;
        if (next !== undefined) {
          const entry = { ...next, upload: uploadPlaceholder, digest: digestPlaceholders[checksum] };
          const more =
            packIndexLength(2, Buffer.byteLength(packEntryText(entry))) - packIndexLength(1, 0) + next.size;
          // The lengths of the record and of its value may each take a byte more, and nothing else.
          assert.ok(size + more > limit - 2, `${size} + ${more} would have fitted into ${limit}`);
        }
        const pack = decodeFileRecord(consumed(appended[0]!));
        assert.ok(pack?.kind === 'pack');
        assert.deepEqual(
          pack.files.map((file) => [file.path, file.bytes]),
          taken.map(({ path }) => [path, Buffer.from(source.bytes(path))]),
        );
      },
    ),
    { numRuns: 60 },
  );
});

test('A file that is just too large for a pack of its own is told apart to the byte', async () => {
  const limit = 1024;
  const source = new MemorySource();
  const { context, appended } = contextOf(source, limit);
  let largest = 0;
  for (let size = 600; size < 1000; size++) {
    source.write('a', noise(size), { mtime: '1790000000000000000' });
    if (fitsPack(context, (await source.look('a'))!)) largest = size;
  }
  source.write('a', noise(largest), { mtime: '1790000000000000000' });
  const builder = new PackBuilder(context, limit);
  builder.add((await source.look('a'))!);
  await builder.send(Buffer.alloc(limit));
  assert.equal(batchBytes(consumed(appended[0]!)), limit);
});

test('Others have their turn while a pack is read from a source that answers at once', async () => {
  const source = new MemorySource();
  for (let index = 0; index < 1000; index++) source.write(`f${index}`, noise(5));
  const { context } = contextOf(source, 1024 * 1024);
  const builder = new PackBuilder(context, 1024 * 1024);
  for (const file of await lookAll(source)) builder.add(file);
  let turns = 0;
  let isDone = false;
  const count = (): void => {
    turns++;
    if (!isDone) setImmediate(count);
  };
  setImmediate(count);
  const outcomes = await builder.send(Buffer.alloc(1024 * 1024));
  isDone = true;
  assert.ok(outcomes.every(({ digest }) => digest !== undefined));
  assert.ok(turns >= 15, `${turns} turns for ${outcomes.length} files`);
});

test('Whether a name leaves room is known to the byte', async () => {
  const source = new MemorySource();
  const faults = [];
  for (let length = 600; length < 1000; length += 3) {
    const path = 'm'.repeat(length).replaceAll(/.{200}(?=.)/g, '$&/');
    source.write(path, noise(1));
    const { context } = contextOf(source, 1024);
    faults.push(sendFault(context, (await source.look(path))!) !== undefined);
  }
  const first = faults.indexOf(true);
  assert.ok(first > 0);
  assert.ok(faults.slice(first).every(Boolean) && !faults.slice(0, first).some(Boolean));
});
