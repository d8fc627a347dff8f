/** A bucket of Google Cloud Storage as a source, on a server of its kind. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Selection, Source, Unsendable } from '../../src/stores/contract.ts';
import { openGcsStore } from '../../src/stores/gcs/client.ts';
import { listObjects } from '../../src/stores/gcs/listing.ts';
import { openSource, openSourceAt } from '../../src/stores/open.ts';
import { once } from '../../src/stores/patiently.ts';
import { sourceContract } from '../contracts/source.ts';
import { noise } from '../support/bytes.ts';
import { startGcs } from '../support/gcs.ts';
import { startHttpFaults } from '../support/http-faults.ts';
import { Scope } from '../support/owner.ts';

const scope = new Scope();
after(() => scope.close());
// It holds any name, where the other one holds paths of a file system.
const gcs = await startGcs(scope, 'memory');
Object.assign(process.env, gcs.environment);

const everything: Selection = { file: () => true, folder: () => true };

async function ground(prefix = '') {
  const bucket = await gcs.bucket();
  return {
    bucket,
    source: await openSource(`gs://${bucket}/${prefix}`),
    put: async (key: string, body: string | Uint8Array, described?: object): Promise<void> => {
      await gcs.put(bucket, key, body, described);
    },
    remove: (key: string) => gcs.remove(bucket, key),
  };
}

sourceContract('A folder in a bucket of Google Cloud Storage', async () => {
  const { source, put, remove } = await ground('a folder/');
  const write = (path: string, text: string): Promise<void> => put(`a folder/${path}`, text);
  return {
    source,
    lacks: ['modes', 'times', 'controlCharacters', 'inPlace', 'hints'],
    write,
    replace: write,
    setTime: async () => {},
    remove: (path) => remove(`a folder/${path}`),
  };
});

async function listed(source: Source) {
  const unsendable: Unsendable[] = [];
  const files = await Array.fromAsync(source.list(everything, (what) => unsendable.push(what)));
  return { files, paths: files.map(({ path }) => path).toSorted(), unsendable };
}

async function readWhole(source: Source, path: string): Promise<Buffer> {
  const file = await source.open(path);
  const { size } = await file.look();
  const all = Buffer.alloc(size + 1);
  let at = 0;
  for (let read = 1; read > 0; at += read) read = await file.read(all.subarray(at, at + 700_001), at);
  await file.close();
  return all.subarray(0, at);
}

test('A prefix is a folder; what stands for one is passed over, and keys that are no paths are told', async () => {
  const { source, put } = await ground('in/');
  for (const key of ['in/a', 'in/b/c', 'instead', 'in', 'other/in/d']) await put(key, 'x');
  for (const key of ['in/', 'in/empty/']) await put(key, '');
  for (const key of ['in/bytes/', 'in/a//b', 'in//a', 'in/x/../y', 'in/.', 'in/tab\t']) await put(key, 'x');
  const { paths, unsendable } = await listed(source);
  assert.deepEqual(paths, ['a', 'b/c']);
  assert.equal(String(await readWhole(source, 'b/c')), 'x');
  assert.deepEqual(unsendable.map(({ path }) => path).toSorted(), [
    '.',
    '/a',
    'a//b',
    'bytes/',
    'tab\t',
    'x/../y',
  ]);
});

test('A listing of many pages has each key once', async () => {
  const { bucket, put } = await ground();
  const keys = Array.from({ length: 50 }, (_, index) => `d${index % 3}/${index} +%é`);
  await Promise.all(keys.map((key) => put(key, '')));
  const store = await openGcsStore({ store: 'gcs', bucket, prefix: '', url: `gs://${bucket}` });
  const pages = await Array.fromAsync(listObjects(store, once, 7));
  assert.equal(pages.length, 8);
  assert.deepEqual(
    pages.flat().map(({ key }) => key),
    keys.toSorted(),
  );
  store.close();
});

test('A large object is read in ranges, several ahead, and from any position', async () => {
  const { source, put } = await ground();
  const bytes = noise(11_000_001);
  await put('large', bytes);
  assert.ok((await readWhole(source, 'large')).equals(bytes));
  const file = await source.open('large');
  const buffer = Buffer.alloc(1000);
  for (const position of [10_000_000, 5, 2_097_152 - 500, 7_000_000, 10_999_999]) {
    let read = 0;
    for (let more = 1; more > 0 && read < buffer.length; read += more)
      more = await file.read(buffer.subarray(read), position + read);
    assert.ok(buffer.subarray(0, read).equals(bytes.subarray(position, position + 1000)), String(position));
  }
  await file.close();
});

test('An object that is replaced or removed while it is read is stale, and never mixed', async () => {
  const { source, put, remove } = await ground();
  for (const key of ['replaced', 'removed']) await put(key, noise(20_000_000));
  const buffer = Buffer.alloc(1000);
  for (const [key, act] of [
    ['replaced', () => put('replaced', noise(20_000_000))],
    ['removed', () => remove('removed')],
  ] as const) {
    const file = await source.open(key);
    await file.read(buffer, 0);
    await act();
    await assert.rejects(file.read(buffer, 19_500_000), (error: NodeJS.ErrnoException) =>
      ['ESTALE', 'ENOENT'].includes(error.code ?? ''),
    );
    await file.close();
  }
});

test('Times and modes of rclone’s and of Google’s own tools come with a listing, and with an open file', async () => {
  const { bucket, source, put } = await ground();
  await put('a', 'x', { metadata: { mtime: '2012-11-27T18:15:05.123456789Z', mode: '100600' } });
  await put('b', 'x', { metadata: { 'goog-reserved-file-mtime': '1354040105' } });
  await put('c', 'x', { metadata: { mtime: 'yesterday' } });
  const kept = {
    a: { mtime: '1354040105123456789', mode: 0o600 },
    b: { mtime: '1354040105000000000', mode: 0o644 },
    c: undefined,
  };
  const { files } = await listed(source);
  assert.deepEqual(Object.fromEntries(files.map(({ path, kept: found }) => [path, found])), kept);
  // One that was not listed before is asked about.
  for (const one of [source, await openSource(`gs://${bucket}`)])
    for (const [path, look] of Object.entries(kept)) {
      const file = await one.open(path);
      const found = await file.look();
      assert.deepEqual(found.kept, look);
      assert.deepEqual(
        { ...found, kept: null },
        { ...files.find((other) => other.path === path)!, kept: null },
      );
      await file.close();
    }
});

test('What was listed is opened and read by one request', async (t) => {
  const { bucket, put } = await ground();
  await put('a', 'x');
  const proxy = await startHttpFaults(t, { target: gcs.port, judge: () => undefined });
  const endpoint = `http://127.0.0.1:${proxy.port}`;
  const place = { store: 'gcs', bucket, prefix: '', url: `gs://${bucket}` } as const;
  const source = await openSourceAt(place, { gcs: { endpoint, anonymous: true } });
  await listed(source);
  const before = proxy.requests;
  assert.equal(String(await readWhole(source, 'a')), 'x');
  assert.equal(proxy.requests - before, 1);
});

test('What is packed arrives as it is stored', async () => {
  const { source, put } = await ground();
  const packed = gzipSync(Buffer.alloc(9_000_000, 'abc'), { level: 0 });
  await put('page.html', packed, { contentEncoding: 'gzip' });
  const { files } = await listed(source);
  assert.equal(files[0]?.size, packed.length);
  assert.ok((await readWhole(source, 'page.html')).equals(packed));
});

test('A bucket is the same across openings, and another one is another', async () => {
  const { source, bucket } = await ground('x/');
  const root = await source.rootId();
  assert.match(root ?? '', /^gcs:[0-9a-f]{32}$/);
  const idOf = async (name: string, prefix: string): Promise<string | undefined> =>
    (await openSource(`gs://${name}/${prefix}`)).rootId();
  assert.equal(await idOf(bucket, 'x'), root);
  assert.notEqual(await idOf(bucket, 'y'), root);
  assert.notEqual(await idOf(await gcs.bucket(), 'x'), root);
});

test('A bucket that is not there is refused when it is opened', async () => {
  const missing = { name: 'ConfigurationError', exitCode: 2, message: /there is no bucket no-such-bucket/ };
  await assert.rejects(openSource('gs://no-such-bucket'), missing);
});
