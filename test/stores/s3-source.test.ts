/** A bucket as a source, on a real server. */

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { DeleteObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Selection, Source, Unsendable } from '../../src/stores/contract.ts';
import { openSourceAt } from '../../src/stores/open.ts';
import { once } from '../../src/stores/patiently.ts';
import { openS3Store } from '../../src/stores/s3/client.ts';
import { listObjects } from '../../src/stores/s3/listing.ts';
import { sourceContract } from '../contracts/source.ts';
import { noise } from '../support/bytes.ts';
import { Scope } from '../support/owner.ts';
import { startS3 } from '../support/s3.ts';

const scope = new Scope();
after(() => scope.close());
const s3 = await startS3(scope);
for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
Object.assign(process.env, s3.environment);

const everything: Selection = { file: () => true, folder: () => true };

interface Ground {
  readonly client: S3Client;
  readonly bucket: string;
  readonly source: Source;
  put(key: string, body: string | Uint8Array, metadata?: Record<string, string>): Promise<void>;
  remove(key: string): Promise<void>;
}

async function ground(prefix = ''): Promise<Ground> {
  const { client } = s3;
  const bucket = await s3.bucket();
  return {
    client,
    bucket,
    source: await openSourceAt({ store: 's3', bucket, prefix, url: `s3://${bucket}/${prefix}` }),
    put: async (Key, Body, Metadata) => {
      await client.send(
        new PutObjectCommand({ Bucket: bucket, Key, Body: Buffer.from(Body), ...(Metadata && { Metadata }) }),
      );
    },
    remove: async (Key) => {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
    },
  };
}

sourceContract(`A folder in a bucket of ${s3.name}`, async () => {
  const { source, put, remove } = await ground('a folder/');
  const write = (path: string, text: string): Promise<void> => put(`a folder/${path}`, text);
  return {
    source,
    lacks: [
      ...(['modes', 'times', 'controlCharacters', 'inPlace', 'hints'] as const),
      ...(s3.name === 's3mock' ? (['backslashes'] as const) : []),
    ],
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

test('A prefix is a folder: what stands beside it is not below it', async () => {
  const { source, put } = await ground('photos/');
  for (const key of ['photos/a', 'photos/b/c', 'photosynthesis', 'photos', 'other/photos/d'].filter(
    // Paths of a file system: none is both a file and a folder.
    (key) => key !== 'photos' || s3.name !== 'versitygw',
  ))
    await put(key, 'x');
  assert.deepEqual((await listed(source)).paths, ['a', 'b/c']);
  assert.equal(String(await readWhole(source, 'b/c')), 'x');
});

test('What stands for a folder is passed over', async () => {
  const { source, put } = await ground('in/');
  for (const key of ['in/', 'in/empty/', 'in/full/']) await put(key, '');
  await put('in/full/a', '');
  assert.deepEqual(await listed(source).then(({ paths, unsendable }) => [paths, unsendable]), [
    ['full/a'],
    [],
  ]);
});

test('A listing of many pages has each key once', async () => {
  const { bucket, put } = await ground();
  const keys = Array.from({ length: 50 }, (_, index) => `d${index % 3}/${index} +%é`);
  await Promise.all(keys.map((key) => put(key, '')));
  const store = await openS3Store({ store: 's3', bucket, prefix: '', url: `s3://${bucket}` });
  const pages = await Array.fromAsync(listObjects(store, once, 7));
  assert.equal(pages.length, 8);
  assert.deepEqual(
    pages.flat().map(({ key }) => key),
    keys.toSorted(),
  );
});

test('A large object is read in ranges, several ahead, and from any position', async () => {
  const { source, put } = await ground();
  const bytes = noise(21_000_001);
  await put('large', bytes);
  assert.ok((await readWhole(source, 'large')).equals(bytes));
  const file = await source.open('large');
  const buffer = Buffer.alloc(1000);
  for (const position of [20_000_000, 5, 2_097_152 - 500, 12_000_000, 20_999_999]) {
    let read = 0;
    for (let more = 1; more > 0 && read < buffer.length; read += more)
      more = await file.read(buffer.subarray(read), position + read);
    assert.ok(buffer.subarray(0, read).equals(bytes.subarray(position, position + 1000)), String(position));
  }
  await file.close();
});

test('An object that is replaced or removed while it is read is stale, and never mixed', async () => {
  const { source, put, remove } = await ground();
  for (const key of ['replaced', 'removed']) await put(key, noise(30_000_000));
  const buffer = Buffer.alloc(1000);
  for (const [key, act] of [
    ['replaced', () => put('replaced', noise(30_000_000))],
    ['removed', () => remove('removed')],
  ] as const) {
    const file = await source.open(key);
    await file.read(buffer, 0);
    await act();
    await assert.rejects(file.read(buffer, 29_000_000), (error: NodeJS.ErrnoException) =>
      ['ESTALE', 'ENOENT'].includes(error.code ?? ''),
    );
    await file.close();
  }
});

test('Times and modes of an uploader’s metadata come with an open file', async () => {
  const { source, put } = await ground();
  await put('a', 'x', { mtime: '1354040105.123456789', mode: '100600' });
  await put('b', 'x', { mtime: 'yesterday' });
  const [a, b] = [await source.open('a'), await source.open('b')];
  assert.deepEqual((await a.look()).kept, { mtime: '1354040105123456789', mode: 0o600 });
  assert.equal((await b.look()).kept, undefined);
  await Promise.all([a.close(), b.close()]);
});

test('A bucket is the same across openings, and another one is another', async () => {
  const { source, bucket } = await ground('x/');
  const root = await source.rootId();
  assert.match(root ?? '', /^s3:[0-9a-f]{32}$/);
  const open = async (name: string, prefix: string): Promise<string | undefined> =>
    (await openSourceAt({ store: 's3', bucket: name, prefix, url: `s3://${name}` })).rootId();
  assert.equal(await open(bucket, 'x/'), root);
  assert.notEqual(await open(bucket, 'y/'), root);
  assert.notEqual(await open(await s3.bucket(), 'x/'), root);
});

test('A bucket that is not there is refused when it is opened', async () => {
  const place = { store: 's3', bucket: 'no-such-bucket', prefix: '', url: 's3://no-such-bucket' } as const;
  await assert.rejects(openSourceAt(place), { name: 'ConfigurationError', exitCode: 2 });
});
