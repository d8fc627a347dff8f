import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { type Entry, type Evidence, judgeAgain, judgeEnd, judgeNames, type Outcome } from './judge.ts';
import { SourceModel } from './source-model.ts';

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
const file = (text: string, more: Partial<Entry> = {}): Entry => ({
  ...{ kind: 'file', size: text.length, digest: digest(text), mode: 0o644, mtime: 5_000_000n, inode: text },
  ...more,
});
const nothing = new Set<string>();
const outcome = (more: Partial<Outcome> = {}): Outcome => ({
  ...{ code: 0, files: 0, named: nothing, open: nothing, stderr: 'words' },
  ...more,
});

/** A source that had two versions of `a`, one of `b` that grew, and `gone`, which it has not any more; all arrived. */
function scene(more: Partial<Evidence> = {}): Evidence {
  const model = new SourceModel();
  model.set('a', Buffer.from('old'));
  model.set('a', Buffer.from('new'));
  model.set('b', Buffer.from('growing'), 4);
  model.set('gone', Buffer.from('was here'));
  model.remove('gone');
  return {
    ...{ model, uploader: 'shop', isSelected: () => true, unreadable: nothing, bar: () => undefined },
    times: new Map([
      ['a', 5_000_000n],
      ['b', 5_000_000n],
    ]),
    tree: new Map([
      ['shop', { ...file(''), kind: 'folder' }],
      ['shop/a', file('new')],
      ['shop/b', file('growing')],
      ['shop/gone', file('was here')],
    ]),
    parts: [],
    up: outcome(),
    down: outcome(),
    ...more,
  };
}

const withTree = (...changes: readonly [string, Entry | undefined][]): Evidence => {
  const tree = new Map(scene().tree);
  for (const [path, entry] of changes) {
    if (entry === undefined) tree.delete(path);
    else tree.set(path, entry);
  }
  return scene({ tree });
};
const names = ({ model, uploader, tree }: Evidence): string[] => judgeNames(model, uploader, tree);

test('What is as it should be is not complained of', () => {
  assert.deepEqual(names(scene()), []);
  assert.deepEqual(judgeEnd(scene()), []);
  assert.deepEqual(judgeAgain(scene(), scene()), []);
});

test('At any moment: a version that was is right, and one that never was is found', () => {
  assert.deepEqual(names(withTree(['shop/a', file('old')], ['shop/b', file('grow')])), []);
  for (const wrong of ['neW', 'ne', 'gro', 'growinG', ''])
    assert.match(
      names(withTree([wrong.startsWith('n') ? 'shop/a' : 'shop/b', file(wrong)]))[0]!,
      /never had/,
      wrong,
    );
});

test('A stray file is found wherever it stands, and whatever it is called', () => {
  for (const path of ['shop/c', 'a', 'shop/a.DIGEST_MISMATCH', 'shop/.sluice-0001', 'other/a'])
    assert.match(names(withTree([path, file('new')]))[0]!, /never was at the source/, path);
  assert.match(names(withTree(['shop/a', file('new', { mode: 0o4755 })]))[0]!, /special permissions/);
});

test('In the end: a missing file, an old version, a wrong time and a left part are found', () => {
  const ends = (evidence: Evidence, wanted: RegExp): void =>
    assert.match(judgeEnd(evidence).join('; '), wanted);
  ends(withTree(['shop/a', undefined]), /^"a" is missing at the sink$/);
  ends(withTree(['shop/a', file('old')]), /^"a" is an old version at the sink$/);
  ends(withTree(['shop/b', { ...file(''), kind: 'folder' }]), /^"b" is an old version/);
  ends(withTree(['shop/b', file('growing', { mtime: 5_002_000n })]), /^"b" has another modification time/);
  ends(scene({ parts: ['0001'] }), /^temporary files are left: 0001$/);
});

test('Exit codes and words have to agree with each other, and with what is so', () => {
  const ends = (more: Partial<Evidence>, wanted: RegExp): void =>
    assert.match(judgeEnd(scene(more)).join('; '), wanted);
  const a = new Set(['a']);
  for (const code of [1, 2, 3, 4, 130, null]) {
    ends({ up: outcome({ code }) }, /^upload ended with (\d+|null) instead of 0: words$/);
    ends({ down: outcome({ code }) }, /^download ended with (\d+|null) instead of 0: words$/);
  }
  ends(
    { up: outcome({ code: 3, named: a }) },
    /^upload says that "a" was not sent, without a reason; upload ended with 3/,
  );
  ends({ unreadable: a, up: outcome({ code: 3 }) }, /^"a" could not be sent, and upload did not name it$/);
  const misnamed = scene();
  misnamed.model.misnamed.add('x\ufffd');
  ends(
    { model: misnamed.model },
    /^"x\ufffd" could not be sent, and upload did not name it; upload ended with 0 instead of 3/,
  );
  ends({ unreadable: a, up: outcome({ named: a }) }, /^upload ended with 0 instead of 3/);
  ends({ down: outcome({ code: 3, named: a }) }, /^download says that "a" failed, without a reason$/);
  ends(
    { down: outcome({ code: 3, open: a }) },
    /^download says that "a" is not complete, and all of it was sent$/,
  );
  ends({ down: outcome({ code: 0, open: new Set(['gone']) }) }, /^download ended with 0 instead of 3/);
});

test('What is named for a reason is no fault', () => {
  const named = new Set(['a']);
  const tree = withTree(['shop/a', undefined]).tree;
  const barred = { tree, bar: (path: string) => (path === 'a' ? 'a folder stands there' : undefined) };
  assert.deepEqual(judgeEnd(scene({ ...barred, down: outcome({ code: 3, named }), parts: ['0001'] })), []);
  assert.match(
    judgeEnd(scene(barred)).join(),
    /"a" is not at the sink \(a folder stands there\), and download did not name it/,
  );
  assert.deepEqual(judgeEnd(scene({ tree, unreadable: named, up: outcome({ code: 3, named }) })), []);
  assert.deepEqual(judgeEnd(scene({ down: outcome({ code: 3, open: new Set(['gone']) }) })), []);
  assert.deepEqual(judgeEnd(scene({ tree, isSelected: (path) => path !== 'a' })), []);
});

test('A run that had nothing to do and did something is found', () => {
  const again = (more: Partial<Evidence>): string => judgeAgain(scene(), scene(more)).join('; ');
  assert.match(again({ up: outcome({ files: 1 }) }), /^upload sent 1 files again/);
  assert.match(again({ down: outcome({ files: 2 }) }), /^download received 2 files again/);
  assert.match(
    again({ tree: withTree(['shop/a', file('new', { inode: 'other' })]).tree }),
    /^"shop\/a" was written again/,
  );
});
