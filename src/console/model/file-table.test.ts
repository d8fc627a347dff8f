import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { FileFacts } from './file-rows.ts';
import { FileTable, isLike, type TablePage, type TableQuestion } from './file-table.ts';

function facts(at: number, more: Partial<FileFacts> = {}): FileFacts {
  const upload = at.toString(16).padStart(32, '0');
  const common = { state: 'sent', size: 10, done: 10, mtime: 5, upload } as const;
  return { ...common, at, partition: 3, last: at, isLocked: false, ...more };
}

const paths = ({ files }: Pick<TablePage, 'files'>) =>
  files.map(({ uploader, path }) => `${uploader}/${path}`);

test('What is set comes back as it was', () => {
  const table = new FileTable();
  const more = { size: 2 ** 46, done: 2 ** 40, mtime: -1.5e12, isLocked: true } as const;
  for (const state of ['sending', 'sent', 'removed', 'aborted'] as const) {
    const all = facts(7, { ...more, state });
    table.set('till', 'a/é.txt', all);
    assert.deepEqual(table.get('till', 'a/é.txt'), { ...all, uploader: 'till', path: 'a/é.txt' });
  }
  assert.equal(table.get('till', 'a'), undefined);
  table.delete('till', 'a/é.txt');
  table.delete('till', 'never');
  assert.equal(table.get('till', 'a/é.txt'), undefined);
  assert.equal(table.size, 0);
});

test('Counts of an uploader are of what its files are now', () => {
  const table = new FileTable();
  table.set('a', '1', facts(1, { state: 'sending', done: 3 }));
  table.set('a', '2', facts(2, { size: 5 }));
  table.set('b', '1', facts(3));
  assert.deepEqual(table.counts('a'), { sentFiles: 1, sentBytes: 5, sendingFiles: 1 });
  table.set('a', '1', facts(4, { size: 7 }));
  table.set('a', '2', facts(5, { state: 'removed' }));
  assert.deepEqual(table.counts('a'), { sentFiles: 1, sentBytes: 7, sendingFiles: 0 });
  assert.deepEqual(table.counts('b'), { sentFiles: 1, sentBytes: 10, sendingFiles: 0 });
});

test('Pages go from the newest on, and nothing on them comes twice or is passed over while files change', () => {
  const table = new FileTable();
  for (let at = 0; at < 95; at++) table.set('till', `f${at}`, facts(94 - at));
  table.settle();
  const seen: string[] = [];
  let after: string | undefined;
  do {
    const page: TablePage = table.find({ limit: 10, after });
    assert.ok(page.total >= 95);
    seen.push(...paths(page));
    after = page.next;
    table.set('till', `new${seen.length}`, facts(1000));
  } while (after !== undefined);
  assert.deepEqual(
    seen,
    Array.from({ length: 95 }, (_, at) => `till/f${at}`),
  );
});

test('Many files: what is found by a name is what a plain search finds', () => {
  const name = fc.string({ unit: fc.constantFrom('a', 'b', '/', 'é'), minLength: 1, maxLength: 6 });
  const steps = fc.array(fc.tuple(fc.constantFrom('u', 'uu'), name, fc.boolean()), { maxLength: 60 });
  fc.assert(
    fc.property(steps, name, fc.boolean(), (changes, search, isOne) => {
      const table = new FileTable();
      const model = new Map<string, string>();
      for (const [index, [uploader, path, isThere]] of changes.entries()) {
        const id = `${uploader}/${path}`;
        model.delete(id);
        if (isThere) {
          model.set(id, uploader);
          table.set(uploader, path, facts(index));
        } else table.delete(uploader, path);
      }
      const question: TableQuestion = { search, limit: 500, ...(isOne ? { uploader: 'uu' } : {}) };
      const wanted = [...model]
        .filter(([id, uploader]) => id.includes(search) && (!isOne || uploader === 'uu'))
        .map(([id]) => id)
        .reverse();
      const page = table.find(question);
      assert.deepEqual(paths(page), wanted);
      assert.equal(page.total, wanted.length);
    }),
  );
});

test('A star stands for any text', () => {
  for (const [glob, name, is] of [
    ['*.jpg', 'till/a/b.jpg', true],
    ['*.jpg', 'till/a.jpg.txt', false],
    ['till/*', 'till/a/b', true],
    ['t*l/*b', 'till/b', true],
    ['*a*a*', 'x/a', false],
    ['ab*ba', 'aba', false],
    ['*', '', true],
  ] as const)
    assert.equal(isLike(glob.split('*'), name), is, `${glob} ${name}`);
  const table = new FileTable();
  for (const path of ['a.jpg', 'b.txt', 'c/d.jpg']) table.set('till', path, facts(1));
  assert.deepEqual(paths(table.find({ search: 'till/*.jpg' })), ['till/c/d.jpg', 'till/a.jpg']);
  assert.equal(table.find({ search: '*' }).total, 3);
  assert.equal(table.find({ search: `*${'*a'.repeat(100)}` }).total, 0);
});

test('Of too many the oldest go, and are counted still', () => {
  const table = new FileTable(80);
  for (let at = 0; at < 200; at++) table.set('till', `f${at}`, facts(at));
  assert.ok(table.size <= 80 && table.size >= 70);
  assert.equal(table.size + table.shed, 200);
  assert.equal(table.counts('till')?.sentFiles, 200);
  const page = table.find({ limit: 500 });
  assert.deepEqual(paths(page)[0], 'till/f199');
  assert.equal(page.files.length, table.size);
  assert.equal(table.get('till', 'f0'), undefined);
  assert.equal(table.find({ search: 'f19' }).total, 10);
});

test('What has changed since then is told, the newest of it', () => {
  const table = new FileTable();
  table.set('till', 'a', facts(1));
  const { changes } = table;
  assert.deepEqual(table.since(changes, 2), { files: [], more: false });
  for (const path of ['b', 'c', 'a']) table.set('till', path, facts(2));
  const some = table.since(changes, 2);
  assert.deepEqual([paths(some), some.more], [['till/a', 'till/c'], true]);
});

test('What no partition can be is kept as one that none is', () => {
  const table = new FileTable();
  for (const partition of [2 ** 31, 2 ** 40, Number.MAX_SAFE_INTEGER]) {
    table.set('till', 'a', facts(1, { partition }));
    assert.equal(table.get('till', 'a')?.partition, 2 ** 31 - 1);
  }
});

test('Files that come and go take no memory in the end', () => {
  const table = new FileTable();
  for (let at = 0; at < 100; at++) table.set('till', `stays${at}`, facts(at));
  const stays = table.find({ limit: 40 });
  for (let at = 0; at < 70_000; at++) {
    table.set('till', `comes-and-goes-${at}`, facts(1000 + at, { done: 4 }));
    table.delete('till', `comes-and-goes-${at}`);
  }
  assert.ok(table.bytes < 4_000_000, `${table.bytes} bytes of 100 files`);
  assert.equal(table.size, 100);
  assert.deepEqual(table.counts('till'), { sentFiles: 100, sentBytes: 1000, sendingFiles: 0 });
  assert.deepEqual(table.get('till', 'stays7'), { ...facts(7), uploader: 'till', path: 'stays7' });
  // Whoever was in the middle of the list goes on there, and is told of nothing that did not change.
  const rest = table.find({ limit: 100, after: stays.next });
  assert.deepEqual(
    paths(rest),
    Array.from({ length: 60 }, (_, at) => `till/stays${59 - at}`),
  );
  assert.deepEqual(table.since(100, 10), { files: [], more: false });
});

test('Where the oldest are let go, whoever is in the middle of the list goes on there', () => {
  const table = new FileTable(80);
  for (let at = 0; at < 80; at++) table.set('till', `f${at}`, facts(at, { size: 9, done: at }));
  const { next } = table.find({ limit: 30 });
  const { changes } = table;
  table.set('till', 'one more', facts(80));
  assert.ok(table.shed > 0);
  assert.deepEqual(paths(table.find({ limit: 3, after: next })), ['till/f49', 'till/f48', 'till/f47']);
  assert.deepEqual(paths({ files: table.since(changes, 100).files }), ['till/one more']);
  assert.equal(table.get('till', 'f50')?.done, 50);
});

test('Where there are too many uploaders, those whose files have not changed for longest make room', () => {
  const table = new FileTable();
  for (let at = 0; at < 9999; at++) table.set(`u${at}`, 'a', facts(at));
  table.set('u7', 'b', facts(10_000));
  table.set('empty', 'a', facts(1));
  table.delete('empty', 'a');
  const { changes } = table;
  table.set('new', 'a', facts(10_001));
  assert.deepEqual(paths(table.find({ uploader: 'new' })), ['new/a']);
  assert.deepEqual(paths(table.find({ uploader: 'u7' })), ['u7/b', 'u7/a']);
  assert.deepEqual(
    [table.get('u8', 'a'), table.counts('u8'), table.counts('empty')],
    Array(3).fill(undefined),
  );
  assert.equal(table.get('u9998', 'a')?.uploader, 'u9998');
  assert.deepEqual(paths({ files: table.since(changes, 10).files }), ['new/a']);
  // It is known again as soon as anything of it changes.
  table.set('u8', 'c', facts(10_002));
  assert.deepEqual(table.counts('u8'), { sentFiles: 1, sentBytes: 10, sendingFiles: 0 });
  assert.deepEqual(paths(table.find({ uploader: 'u8' })), ['u8/c']);
});

test('Of uploaders that somebody makes up without end, no more than so many are known', () => {
  const table = new FileTable();
  for (let at = 0; at < 10_500; at++) table.set(`u${at}`, 'a', facts(at));
  const { length } = table.uploaders;
  assert.ok(length > 8000 && length <= 10_000, String(length));
  assert.deepEqual([table.size, table.shed], [length, 10_500 - length]);
  table.clear();
  table.set('another', 'a', facts(1));
  assert.deepEqual(table.uploaders, ['another']);
});
