import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../../records/checksum.ts';
import type { FileState } from '../../records/state-record.ts';
import { KnownContents } from './known-contents.ts';

const digest = (text: string): string => digestOf('sha256', Buffer.from(text));

function sent(text: string, inode: string, more: Partial<FileState> = {}): FileState {
  const fingerprint = { size: text.length, mtime: '1', ctime: '2', inode };
  const place = { partition: 0, first: 0, last: 0, acked: text.length };
  return { topic: 't', upload: '0', state: 'sent', fingerprint, ...place, digest: digest(text), ...more };
}

test('A file is found by its digest, its inode and its size, until it is another', () => {
  const contents = new KnownContents();
  const first = sent('one', '7');
  contents.change('a', undefined, first);
  assert.deepEqual([contents.withDigest(digest('one')), contents.withInode('7')], ['a', 'a']);
  assert.deepEqual([contents.hasSize(3), contents.hasSize(4)], [true, false]);
  contents.change('b', undefined, sent('one', '8'));
  contents.change('a', first, sent('four', '7'));
  assert.deepEqual([contents.withDigest(digest('one')), contents.withInode('7')], ['b', 'a']);
  contents.change('b', sent('one', '8'), undefined);
  assert.deepEqual([contents.withDigest(digest('one')), contents.withInode('8')], [undefined, undefined]);
  assert.deepEqual([contents.hasSize(3), contents.hasSize(4)], [false, true]);
});

test('What is empty, half sent, given up or encrypted is no source of copies', () => {
  const contents = new KnownContents();
  contents.change('a', undefined, sent('', '1'));
  contents.change('b', undefined, sent('x', '2', { state: 'sending' }));
  contents.change('c', undefined, sent('x', '3', { state: 'aborted' }));
  contents.change('d', undefined, sent('x', '4', { sealed: `sha256:${'0'.repeat(16)}` }));
  assert.deepEqual(
    [0, 1].map((size) => contents.hasSize(size)),
    [false, false],
  );
  assert.deepEqual(
    ['1', '2', '3', '4'].map((inode) => contents.withInode(inode)),
    Array(4).fill(undefined),
  );
});
