import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../../test/support/properties.ts';
import { ConfigurationError } from '../../errors.ts';
import { type FileOrder, fileOrders } from '../shared/file-order.ts';
import { Heap } from './heap.ts';
import { type Job, JobLines } from './job-lines.ts';
import { PartitionChoice } from './partitions.ts';
import { Precedence } from './precedence.ts';

function job(path: string, size = 0, mtime = 0n): Job {
  const file = { path, size, mtime: String(mtime), ctime: '0', inode: '0', mode: 0o644 };
  return { file, decision: { action: 'send', reason: 'new' } } as unknown as Job;
}

async function paths({ usual, urgent }: JobLines, size: 'large' | 'small'): Promise<string[][]> {
  const taken: string[][] = [];
  for (const line of [urgent, usual]) {
    const these: string[] = [];
    while (line[size].length > 0) these.push((await line[size].take())!.file.path);
    taken.push(these);
  }
  return taken;
}

const files: readonly [path: string, size: number, mtime: bigint][] = [
  ['b', 3, 1_700_000_000_000_000_002n],
  ['c', 1, 1_700_000_000_000_000_001n],
  ['a', 2, -5n],
  ['d', 3, 1_700_000_000_000_000_003n],
];

test('files wait in the order that was asked for, equals as they came', async () => {
  const expected: Record<FileOrder | 'none', string> = {
    none: 'bcad',
    name: 'abcd',
    size: 'cabd',
    oldest: 'acbd',
    newest: 'dbca',
  };
  for (const order of [...fileOrders, 'none'] as const) {
    const lines = new JobLines(new Precedence(order === 'none' ? {} : { order }), new PartitionChoice(4));
    for (const one of files) lines.push(job(...one), 'large');
    assert.deepEqual(await paths(lines, 'large'), [[], expected[order].split('')], order);
  }
});

test('what is urgent waits in a line of its own, by its globs and then by the order', async () => {
  const lines = new JobLines(
    new Precedence({ order: 'name', first: ['alarm/**', '*.jpg'] }),
    new PartitionChoice(4),
  );
  for (const path of ['z', 'b.jpg', 'alarm/2', 'y', 'x/a.jpg', 'alarm/1.jpg']) lines.push(job(path), 'small');
  assert.deepEqual(await paths(lines, 'small'), [
    ['alarm/1.jpg', 'alarm/2', 'b.jpg', 'x/a.jpg'],
    ['y', 'z'],
  ]);
});

test('another order is one of what waits already too', async () => {
  const lines = new JobLines(new Precedence({}), new PartitionChoice(4));
  for (const path of ['b', 'c.jpg', 'a']) lines.push(job(path), 'small');
  lines.reorder(new Precedence({ order: 'name', first: ['*.jpg'] }));
  lines.push(job('d.jpg'), 'small');
  assert.deepEqual(await paths(lines, 'small'), [
    ['c.jpg', 'd.jpg'],
    ['a', 'b'],
  ]);
});

test('whoever waits gets what comes, whatever the order is', async () => {
  const lines = new JobLines(new Precedence({ order: 'name' }), new PartitionChoice(4));
  const taking = lines.usual.small.take();
  lines.reorder(new Precedence({ order: 'size' }));
  lines.push(job('a'), 'small');
  assert.equal((await taking)!.file.path, 'a');
});

test('a heap gives back what a stable sort would', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(9), fc.boolean())), (steps) => {
      const heap = new Heap<readonly [number, number]>((a, b) => a[0] - b[0]);
      let waiting: (readonly [number, number])[] = [];
      for (const [at, [rank, takes]] of steps.entries()) {
        heap.push([rank, at]);
        waiting = [...waiting, [rank, at] as const].sort((a, b) => a[0] - b[0]);
        assert.deepEqual(heap.peek(), waiting[0]);
        if (takes) assert.deepEqual(heap.take(), waiting.shift());
        assert.equal(heap.length, waiting.length);
      }
    }),
  );
});

test('an empty glob is refused', () => {
  assert.throws(() => new Precedence({ first: [''] }), ConfigurationError);
});

test('a partition is kept free while anything may be urgent', () => {
  const partitions = new PartitionChoice(2);
  const usual = () => [partitions.choose(), partitions.choose()].toSorted();
  const lines = new JobLines(new Precedence({ first: ['alarm/**'] }), partitions);
  assert.deepEqual(usual(), [0, 0]);
  lines.reorder(new Precedence({}));
  assert.deepEqual(usual(), [0, 1]);
});
