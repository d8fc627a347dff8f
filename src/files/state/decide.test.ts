import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FileState } from '../../records/state-record.ts';
import type { SourceFile } from '../../stores/contract.ts';
import { decide } from './decide.ts';

const file: SourceFile = { path: 'a', size: 10, mtime: '5', ctime: '6', inode: '7', mode: 0o644 };

function state(how: FileState['state'], fingerprint: Partial<FileState['fingerprint']> = {}): FileState {
  const { size, mtime, ctime, inode } = file;
  return {
    topic: 't',
    upload: '0'.repeat(32),
    state: how,
    fingerprint: { size, mtime, ctime, inode, ...fingerprint },
    partition: 0,
    first: 0,
    last: 1,
    acked: 10,
    ...(how === 'sending' ? { checksum: 'md5' as const } : {}),
  };
}

test('What to do with a file, by what is remembered of it', () => {
  const touched = [{ ctime: '8' }, { inode: '8' }, { ctime: '', inode: '' }];
  const edited = [{ size: 11 }, { mtime: '8' }, { size: 9, mtime: '4', ctime: '3' }];
  assert.deepEqual(decide(file, undefined), { action: 'send', reason: 'new' });
  assert.deepEqual(decide(file, state('sent')), { action: 'unchanged' });
  for (const changes of touched) {
    const sent = state('sent', changes);
    assert.deepEqual(decide(file, sent), { action: 'compare', sent });
  }
  for (const changes of edited) {
    assert.deepEqual(decide(file, state('sent', changes)), { action: 'send', reason: 'changed' });
  }
  const from = state('sending');
  assert.deepEqual(decide(file, from), { action: 'resume', from });
  for (const changes of [...touched, ...edited]) {
    const abort = state('sending', changes);
    assert.deepEqual(decide(file, abort), { action: 'send', reason: 'changed', abort });
  }
  const { checksum: _checksum, ...unsaid } = from;
  assert.deepEqual(decide(file, unsaid), { action: 'send', reason: 'changed', abort: unsaid });
  assert.deepEqual(decide(file, state('aborted')), { action: 'send', reason: 'changed' });
});

test('What was sent without attributes that are to go with it goes again, unread; links and folders too', () => {
  const gives = { owner: true, xattrs: true, acls: false };
  const wished = { ...file, gives, owner: '1:2' };
  assert.deepEqual(decide(wished, state('sent')), { action: 'send', reason: 'changed' });
  assert.deepEqual(decide(wished, state('sent', { owner: '1:2' })), { action: 'send', reason: 'changed' });
  const known = state('sent', { owner: '1:2', xattrs: '0' });
  assert.deepEqual(decide(wished, known), { action: 'unchanged' });
  assert.deepEqual(decide({ ...wished, owner: '1:3' }, known), { action: 'send', reason: 'changed' });
  assert.deepEqual(decide(file, known), { action: 'unchanged' });
  const folder = { ...wished, isFolder: true as const };
  assert.deepEqual(decide(folder, { ...state('sent'), kind: 'folder' }), {
    action: 'send',
    reason: 'changed',
  });
  assert.deepEqual(decide(folder, { ...known, kind: 'folder' }), { action: 'unchanged' });
});

test('A mode alone changes nothing', () => {
  assert.deepEqual(decide({ ...file, mode: 0o600 }, state('sent')), { action: 'unchanged' });
});

test('By the digest: whatever was touched and has its size is read, and what is due', () => {
  const by = 'digest' as const;
  for (const changes of [{ mtime: '8' }, { ctime: '8' }, { inode: '8' }, { ctime: '', inode: '' }]) {
    const sent = state('sent', changes);
    assert.deepEqual(decide(file, sent, undefined, { by }), { action: 'compare', sent });
  }
  const sent = state('sent');
  assert.deepEqual(decide(file, sent, undefined, { by }), { action: 'unchanged' });
  assert.deepEqual(decide(file, sent, undefined, { by, isDue: true }), { action: 'compare', sent });
  const changed = { action: 'send', reason: 'changed' };
  assert.deepEqual(decide(file, state('sent', { size: 11 }), undefined, { by, isDue: true }), changed);
});
