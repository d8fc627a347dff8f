// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mayChange, metadataOf } from '../../../web/console/tus.js';
import { fingerprint, Unfinished } from '../../../web/console/unfinished.js';

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
  const before = new Unfinished(storage, 'files.console');
  before.put(entry('a'));
  before.put({ ...entry('a'), url: '/uploads/1' });
  before.put({ ...entry('b'), isSent: true });
  storage.map.set('sluice.send.files.console.broken', '{');
  assert.deepEqual([...new Unfinished(storage, 'other.console').entries], []);
  const after = new Unfinished(storage, 'files.console');
  assert.equal(after.entries.get(fingerprint(entry('a')))?.url, '/uploads/1');
  assert.equal(after.entries.get(fingerprint(entry('b')))?.isSent, true);
  after.remove(fingerprint(entry('a')));
  assert.deepEqual(
    [...new Unfinished(storage, 'files.console').entries],
    [],
    'all that was left had been sent',
  );
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
