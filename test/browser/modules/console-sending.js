// @ts-check
import assert from 'node:assert/strict';
import { openAsBlob } from 'node:fs';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { filesOfDrop } from '../../../web/console/dropped.js';
import { Sending } from '../../../web/console/sending.js';
import { tallyOf } from '../../../web/console/tally.js';
import { faultOf, Lost, mayChange, metadataOf, offsetIn, patch, Refused } from '../../../web/console/tus.js';
import { fingerprint, scopeOf, Unfinished } from '../../../web/console/unfinished.js';

/** A browser's storage, as far as it is used. */
class Memory {
  /** @type {Map<string, string>} */
  map = new Map();
  get length() {
    return this.map.size;
  }
  /** @param {number} index */
  key(index) {
    return [...this.map.keys()][index] ?? null;
  }
  /** @param {string} key */
  getItem(key) {
    return this.map.get(key) ?? null;
  }
  /** @param {string} key @param {string} value */
  setItem(key, value) {
    if (this.map.size > 3) throw new Error('full');
    this.map.set(key, value);
  }
  /** @param {string} key */
  removeItem(key) {
    this.map.delete(key);
  }
  clear() {
    this.map.clear();
  }
}

/** @param {string} path */
const entry = (path) => ({ path, size: 10, mtime: 5 });

test('console: what was not finished is known after the page was loaded anew, of this topic alone', () => {
  const storage = new Memory();
  const before = new Unfinished(storage, 'files/console/');
  before.put(entry('a'));
  before.put({ ...entry('a'), url: '/uploads/1' });
  before.put({ ...entry('b'), isSent: true });
  storage.map.set('sluice.send.files/console/broken', '{');
  assert.deepEqual([...new Unfinished(storage, 'files/console.2/').entries], []);
  const after = new Unfinished(storage, 'files/console/');
  assert.equal(after.entries.get(fingerprint(entry('a')))?.url, '/uploads/1');
  assert.equal(after.entries.get(fingerprint(entry('b')))?.isSent, true);
  after.remove(fingerprint(entry('a')));
  assert.deepEqual(
    [...new Unfinished(storage, 'files/console/').entries],
    [],
    'all that was left had been sent',
  );
});

test('console: consoles below two paths of one origin know nothing of each other’s files', () => {
  const session = { topic: 'files', uploader: 'console', user: 'ann' };
  const storage = new Memory();
  new Unfinished(storage, scopeOf('/north/console/', session)).put(entry('a'));
  assert.equal(new Unfinished(storage, scopeOf('/south/console/', session)).entries.size, 0);
  assert.equal(new Unfinished(storage, scopeOf('/north/console/', session)).entries.size, 1);
});

test('console: a storage that is full, or none, is no error', () => {
  const storage = new Memory();
  const unfinished = new Unfinished(storage, 's');
  for (const path of ['a', 'b', 'c', 'd', 'e', 'f']) unfinished.put(entry(path));
  assert.equal(unfinished.entries.size, 6);
  new Unfinished(undefined, 's').put(entry('a'));
});

test('console: names travel in base64 of UTF-8', () => {
  assert.equal(metadataOf({ filename: 'ü.txt', a: '' }), 'filename w7wudHh0,a ');
});

test('console: what another attempt may change is tried again', () => {
  for (const status of [0, 401, 409, 423, 429, 500, 503]) assert.ok(mayChange(status), String(status));
  for (const status of [400, 403, 404, 410, 413]) assert.ok(!mayChange(status), String(status));
});

test('console: an answer without an offset is none of the console, whatever its status is', () => {
  assert.deepEqual([offsetIn('0', 0, 10), offsetIn('10', 1, 10)], [0, 10]);
  for (const told of [null, '', '0', '11', '-1', '1.5', '1e1', 'NaN'])
    assert.throws(() => offsetIn(told, 1, 10), Lost, String(told));
});

/** Something that says the same to everything, in the place of the console. @param {Readonly<Record<string, string>>} headers @param {number} [status] */
function yes(headers, status = 200) {
  return class {
    upload = {};
    status = status;
    responseText = '<html>Sign in</html>';
    onload = () => {};
    open() {}
    setRequestHeader() {}
    abort() {}
    /** @param {string} name */
    getResponseHeader = (name) => headers[name] ?? null;
    send() {
      queueMicrotask(() => this.onload());
    }
  };
}

test('console: bytes that a page to sign in took are not called sent', async (t) => {
  const before = globalThis.XMLHttpRequest;
  t.after(() => Object.assign(globalThis, { XMLHttpRequest: before }));
  const way = { csrf: '', signal: new AbortController().signal, onProgress: () => {} };
  /** @param {Readonly<Record<string, string>>} headers @param {number} [status] */
  const sent = (headers, status = 200) => {
    Object.assign(globalThis, { XMLHttpRequest: yes(headers, status) });
    return patch('http://localhost:1/uploads/1', new Blob(['1234']), 4, way);
  };
  await assert.rejects(sent({}), Lost);
  await assert.rejects(sent({ 'Upload-Offset': '4' }), Lost);
  assert.equal(await sent({ 'Upload-Offset': '8' }), 8);
  await assert.rejects(sent({}, 413), /a proxy before the console takes no requests of 64 MB/i);
});

test('console: a file that changed is told from a line that is gone', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-changed-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'log.txt');
  await writeFile(path, 'one line\n');
  const blob = await openAsBlob(path);
  assert.ok((await faultOf(/** @type {Blob} */ (/** @type {unknown} */ (blob)))) instanceof Lost);
  await appendFile(path, 'another\n');
  assert.ok((await faultOf(/** @type {Blob} */ (/** @type {unknown} */ (blob)))) instanceof Refused);
});

/** @param {string} name @param {boolean} isThere */
const entryOf = (name, isThere) => ({
  isDirectory: false,
  name,
  /** @param {(file: File) => void} yes @param {(error: Error) => void} no */
  file: (yes, no) => (isThere ? yes(new File(['x'], name)) : no(new Error('it is gone'))),
});

/** @param {string} name @param {readonly unknown[] | undefined} entries undefined: it may not be looked into */
const folderOf = (name, entries) => ({
  isDirectory: true,
  name,
  createReader: () => {
    let rest = entries;
    return {
      /** @param {(entries: readonly unknown[]) => void} yes @param {(error: Error) => void} no */
      readEntries: (yes, no) => {
        if (rest === undefined) return no(new Error('not allowed'));
        const some = rest;
        rest = [];
        yes(some);
      },
    };
  },
});

test('console: what cannot be read of a folder keeps nothing else of it back', async () => {
  const inside = [entryOf('a', true), entryOf('b', false), folderOf('locked', undefined), entryOf('c', true)];
  const items = [{ kind: 'file', webkitGetAsEntry: () => folderOf('trip', inside), getAsFile: () => null }];
  const found = [];
  const transfer = /** @type {DataTransfer} */ (/** @type {unknown} */ ({ items }));
  for await (const dropped of filesOfDrop(transfer))
    found.push('fault' in dropped ? `${dropped.path}: ${dropped.fault}` : dropped.path);
  assert.deepEqual(found, [
    'trip/a',
    'trip/b: It cannot be read: it is gone',
    'trip/locked/: It cannot be read: not allowed',
    'trip/c',
  ]);
});

/**
 * A tab of a browser, that has other things to do first.
 * @param {Memory} storage
 * @param {import('node:test').TestContext} t
 * @param {() => Promise<void>} [patience] with tabs that do not answer; for ever, unless it is said
 */
function tab(storage, t, patience = () => new Promise(() => {})) {
  let told = () => {};
  const scope = 'files/console/';
  const sending = new Sending({
    ...{ address: 'http://localhost:1/uploads/', csrf: () => '', renew: async () => {} },
    ...{ scope, unfinished: new Unfinished(storage, scope), onChange: () => told(), atATime: 0 },
    patience,
  });
  t.after(() => sending.close());
  /** @param {() => boolean} meets */
  const until = (meets) =>
    new Promise((resolve) => {
      told = () => meets() && resolve(undefined);
      told();
    });
  return { sending, until };
}

test('console: what another tab sends was not left behind, and is not sent twice', async (t) => {
  const storage = new Memory();
  const file = new File(['1234'], 'a.bin', { lastModified: 5 });
  const dropped = [{ path: 'a.bin', file }];
  const one = tab(storage, t);
  one.sending.add(dropped);
  const other = tab(storage, t);
  assert.equal(other.sending.items.size, 1, 'nothing tells at first that somebody sends it');
  await other.until(() => other.sending.items.size === 0);
  other.sending.add(dropped);
  assert.deepEqual([other.sending.items.size, other.sending.sentElsewhere], [0, 1]);
  one.sending.leave();
  await other.until(() => other.sending.items.size === 1);
  assert.equal([...other.sending.items.values()][0]?.state, 'left');
});

test('console: what a tab had under way that crashed is sent when it is dropped again', async (t) => {
  const storage = new Memory();
  const dropped = [{ path: 'a.bin', file: new File(['1234'], 'a.bin', { lastModified: 5 }) }];
  const one = tab(storage, t);
  one.sending.add(dropped);
  const other = tab(storage, t, async () => {});
  await other.until(() => other.sending.items.size === 0);
  // It says no word of that.
  one.sending.close();
  other.sending.add(dropped);
  await other.until(() => other.sending.items.size === 1);
  assert.deepEqual(
    [[...other.sending.items.values()].map(({ state }) => state), other.sending.sentElsewhere],
    [['waiting'], 0],
  );
});

test('console: what a tab has that says so again is not sent twice', async (t) => {
  const storage = new Memory();
  const dropped = [{ path: 'a.bin', file: new File(['1234'], 'a.bin', { lastModified: 5 }) }];
  tab(storage, t).sending.add(dropped);
  /** @type {PromiseWithResolvers<void>} */
  const waited = Promise.withResolvers();
  const { sending, until } = tab(storage, t, () => waited.promise);
  await until(() => sending.items.size === 0);
  sending.add(dropped);
  let looks = 0;
  await until(() => {
    looks += 1;
    return looks > 1;
  });
  waited.resolve();
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual([sending.items.size, sending.sentElsewhere], [0, 1]);
});

test('console: what can be read when it is dropped again has failed no more', (t) => {
  const { sending } = tab(new Memory(), t);
  const file = new File(['1234'], 'a.bin', { lastModified: 5 });
  sending.add([
    { path: 'trip/a.bin', fault: 'It cannot be read' },
    { path: 'trip/b.bin', fault: 'It cannot be read' },
  ]);
  sending.add([{ path: 'trip/a.bin', file }]);
  assert.deepEqual(
    [...sending.items.values()].map(({ entry, state }) => `${entry.path} ${state}`),
    ['trip/b.bin failed', 'trip/a.bin waiting'],
  );
});

test('console: who is through with all of its own forgets nothing of what another tab sends', async (t) => {
  const storage = new Memory();
  const [one, other] = ['a.bin', 'b.bin'].map((path) => ({
    path,
    file: new File(['1234'], path, { lastModified: 5 }),
  }));
  tab(storage, t).sending.add([/** @type {import('../../../web/console/dropped.js').Dropped} */ (one)]);
  const { sending, until } = tab(storage, t);
  await until(() => sending.items.size === 0);
  sending.add([/** @type {import('../../../web/console/dropped.js').Dropped} */ (other)]);
  sending.cancel([...sending.items.keys()][0] ?? '');
  const left = [...new Unfinished(storage, 'files/console/').entries.values()];
  assert.deepEqual(
    left.map(({ path }) => path),
    ['a.bin'],
  );
});

test('console: of many files those that want somebody come first, and all are counted', () => {
  /** @type {import('../../../web/console/sending.js').SendState[]} */
  const states = ['sent', 'waiting', 'failed', 'sending', 'left', 'waiting'];
  const items = states.map((state, index) => ({ key: String(index), entry: entry('a'), state, sent: 4 }));
  const { counts, bytes, done, shown } = tallyOf(items, 4);
  assert.deepEqual(counts, { failed: 1, left: 1, sending: 1, paused: 0, waiting: 2, sent: 1 });
  assert.deepEqual([bytes, done], [50, 20]);
  assert.deepEqual(
    shown.map(({ key }) => key),
    ['2', '4', '3', '1'],
  );
});
