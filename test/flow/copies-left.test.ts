/** A copy that is made while its partition becomes another member's, and comes back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { Receiver } from '../../src/files/receive/receiver.ts';
import { Keyring } from '../../src/files/shared/keyring.ts';
import { Progress } from '../../src/files/shared/progress.ts';
import { encodeCopy } from '../../src/records/file-record.ts';
import { MemoryDisk, MemorySink } from '../../src/stores/memory/sink.ts';
import { noise, sha256 } from '../support/bytes.ts';

const [source, copy] = ['0'.repeat(31) + 1, '0'.repeat(31) + 2] as const;
const bytes = noise(5000);
const facts = { size: 5000, digest: `sha256:${sha256(bytes)}`, mtime: '1700000000000000123', mode: 0o644 };

/** A receiver whose sink has `shop/a`, and waits once before it reads of it, or when it has. */
async function receiving(heldIn: 'read' | 'close') {
  const reached = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const hold = async (where: typeof heldIn): Promise<void> => {
    if (where !== heldIn) return;
    reached.resolve();
    await goOn.promise;
  };
  class Held extends MemorySink {
    override async openPublished(target: string) {
      const file = await super.openPublished(target);
      return (
        file && {
          read: (buffer: Uint8Array, at: number) => hold('read').then(() => file.read(buffer, at)),
          close: () => hold('close'),
        }
      );
    }
  }
  const disk = new MemoryDisk();
  const sink = new Held(disk);
  await sink.publishWhole(bytes, 'shop/a', facts, { upload: source, size: 5000, digest: facts.digest });
  const receiver = new Receiver({
    sink,
    topic: 'id',
    keyring: Keyring.empty,
    progress: new Progress(),
    onEvent: () => {},
    signal: new AbortController().signal,
    maxOpen: 10,
    deletions: 'obey',
    unsafeLinks: false,
    orderedBytes: 1000,
    fetchAgain: async () => {},
    standElsewhere: async () => false,
    whyMissing: async () => '',
    background: () => {},
    onIncomplete: () => {},
  });
  const of = { upload: source, path: 'a', partition: 0, first: 0, last: 1 };
  const { headers = [] } = encodeCopy({ uploader: 'shop', path: 'b', upload: copy, ...facts, of });
  const nothing = { key: null, value: new Uint8Array(0) };
  const record = { offset: 2, timestamp: 0, headers, headerCount: headers.length, ...nothing };
  return { disk, receiver, record, reached: reached.promise, goOn: () => goOn.resolve() };
}

test('A copy whose partition was lost when its last bytes had come is received when that comes back', async () => {
  const { disk, receiver, record, reached, goOn } = await receiving('close');
  const before = await receiver.admit(0, record);
  await reached;
  await receiver.leave(new Set([0]));
  goOn();
  await before.finished;
  await (await receiver.admit(0, record)).finished;
  assert.equal(sha256(disk.files.get('shop/b')?.bytes ?? new Uint8Array(0)), sha256(bytes));
  receiver.close();
});

test('Of a copy that is left in its middle nothing stays', async () => {
  const { disk, receiver, record, reached, goOn } = await receiving('read');
  const { finished } = await receiver.admit(0, record);
  await reached;
  const left = receiver.leave(new Set([0]));
  for (let turn = 0; turn < 10; turn++) await setImmediate();
  goOn();
  await Promise.all([left, finished]);
  assert.deepEqual([[...disk.parts.keys()], disk.files.has('shop/b')], [[], false]);
  receiver.close();
});
