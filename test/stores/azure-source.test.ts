/** A container as a source, on a real server. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { ContainerClient } from '@azure/storage-blob';
import { openAzureStore } from '../../src/stores/azure/client.ts';
import { listBlobs } from '../../src/stores/azure/listing.ts';
import type { AzurePlace } from '../../src/stores/azure/place.ts';
import type { Selection, Source, Unsendable } from '../../src/stores/contract.ts';
import { openSourceAt } from '../../src/stores/open.ts';
import { once } from '../../src/stores/patiently.ts';
import { sourceContract } from '../contracts/source.ts';
import { startAzure } from '../support/azure.ts';
import { noise } from '../support/bytes.ts';
import { Scope } from '../support/owner.ts';

const scope = new Scope();
after(() => scope.close());
const azure = await startAzure(scope);
for (const name of Object.keys(process.env)) if (name.startsWith('AZURE_')) delete process.env[name];
Object.assign(process.env, azure.environment());

const everything: Selection = { file: () => true, folder: () => true };

interface Ground {
  readonly container: ContainerClient;
  readonly place: AzurePlace;
  readonly source: Source;
  put(name: string, body: string | Uint8Array, metadata?: Record<string, string>): Promise<void>;
}

function placeOf(container: string, prefix: string): AzurePlace {
  return { store: 'azure', container, prefix, url: `azblob://${container}/${prefix}` };
}

async function ground(prefix = ''): Promise<Ground> {
  const container = await azure.container();
  const place = placeOf(container.containerName, prefix);
  return {
    container,
    place,
    source: await openSourceAt(place),
    put: async (name, body, metadata = {}) => {
      const bytes = Buffer.from(body);
      await container.getBlockBlobClient(name).upload(bytes, bytes.length, { metadata });
    },
  };
}

sourceContract('A folder in a container', async () => {
  const { source, put, container } = await ground('a folder/');
  const write = (path: string, text: string): Promise<void> => put(`a folder/${path}`, text);
  return {
    source,
    lacks: ['modes', 'times', 'controlCharacters', 'backslashes', 'inPlace', 'hints'],
    write,
    replace: write,
    setTime: async () => {},
    remove: async (path) => {
      await container.deleteBlob(`a folder/${path}`);
    },
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
  for (const name of ['photos/a', 'photos/b/c', 'photosynthesis', 'photos', 'other/photos/d'])
    await put(name, 'x');
  assert.deepEqual((await listed(source)).paths, ['a', 'b/c']);
  assert.equal(String(await readWhole(source, 'b/c')), 'x');
});

test('What stands for a folder is passed over, and names that are no paths are told', async () => {
  const { source, put } = await ground('in/');
  for (const name of ['in/empty/', 'in/full/']) await put(name, '');
  await put('in/full', '', { hdi_isfolder: 'true' });
  await put('in/other', '', { Hdi_IsFolder: 'True' });
  await put('in/full/a', '');
  await put('in/full//b', 'x');
  await put('in/bytes/', 'x');
  const { paths, unsendable } = await listed(source);
  assert.deepEqual(paths, ['full/a']);
  assert.deepEqual(unsendable.map(({ path }) => path).toSorted(), ['bytes/', 'full//b']);
  assert.equal(await source.look('full'), undefined);
  assert.equal((await source.look('full/a'))?.size, 0);
});

test('Blocks that are in no blob, and former versions, are nothing to be sent', async () => {
  const { source, put, container } = await ground();
  await put('a', 'old');
  await container.getBlobClient('a').createSnapshot();
  await put('a', 'new');
  await container.getBlockBlobClient('b').stageBlock(Buffer.alloc(20).toString('base64'), 'x', 1);
  assert.deepEqual((await listed(source)).paths, ['a']);
  assert.equal(String(await readWhole(source, 'a')), 'new');
});

test('An archived blob is named with what to do, and refused for good', async () => {
  const { source, put, container } = await ground();
  for (const name of ['frozen', 'thawing', 'fine']) await put(name, 'x');
  for (const name of ['frozen', 'thawing']) await container.getBlobClient(name).setAccessTier('Archive');
  await container.getBlobClient('thawing').setAccessTier('Hot');
  const { paths, unsendable } = await listed(source);
  // Azurite rehydrates at once.
  assert.deepEqual(paths, ['fine', 'thawing']);
  assert.deepEqual(unsendable, [{ path: 'frozen', reason: 'it is archived: rehydrate it, and it is sent' }]);
  await assert.rejects(source.open('frozen'), { code: 'EINVAL', message: /archived; rehydrate it first/ });
});

test('A listing of many pages has each name once', async () => {
  const { place, put } = await ground();
  const names = Array.from({ length: 50 }, (_, index) => `d${index % 3}/${index} +%20é&<?#>~'`);
  await Promise.all(names.map((name) => put(name, '')));
  const store = await openAzureStore(place);
  const pages = await Array.fromAsync(listBlobs(store, once, 7));
  store.close();
  assert.equal(pages.length, 8);
  assert.deepEqual(
    pages
      .flat()
      .map(({ key }) => key)
      .toSorted(),
    names.toSorted(),
  );
});

test('A large blob is read in ranges, several ahead, and from any position', async () => {
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

test('A blob that is replaced, appended to or removed while it is read is stale, and never mixed', async () => {
  const { source, put, container } = await ground();
  const log = container.getAppendBlobClient('appended');
  await log.create();
  for (let index = 0; index < 8; index++) await log.appendBlock(noise(4_000_000), 4_000_000);
  for (const name of ['replaced', 'removed']) await put(name, noise(32_000_000));
  const buffer = Buffer.alloc(1000);
  for (const [name, act] of [
    ['replaced', () => put('replaced', noise(32_000_000))],
    ['appended', () => log.appendBlock('x', 1)],
    ['removed', () => container.deleteBlob('removed')],
  ] as const) {
    const file = await source.open(name);
    await file.read(buffer, 0);
    await act();
    await assert.rejects(file.read(buffer, 29_000_000), (error: NodeJS.ErrnoException) =>
      ['ESTALE', 'ENOENT'].includes(error.code ?? ''),
    );
    await file.close();
  }
});

test('Times and modes of an uploader’s metadata come with a listing, and with an open file', async () => {
  const { source, put } = await ground();
  await put('a', 'x', { mtime: '1354040105.123456789', mode: '100600' });
  await put('b', 'x', { mtime: 'yesterday' });
  const kept = { mtime: '1354040105123456789', mode: 0o600 };
  const { files } = await listed(source);
  assert.deepEqual(
    files.map((file) => file.kept),
    [kept, undefined],
  );
  const [a, b] = [await source.open('a'), await source.open('b')];
  assert.deepEqual(await a.look(), files[0]);
  assert.deepEqual(await b.look(), files[1]);
  assert.deepEqual(await source.look('a'), files[0]);
  await Promise.all([a.close(), b.close()]);
});

test('A container is the same across openings, and another one is another', async () => {
  const { source, place, container } = await ground('x/');
  const root = await source.rootId();
  assert.match(root ?? '', /^azure:[0-9a-f]{32}$/);
  const open = async (name: string, prefix: string): Promise<string | undefined> =>
    (await openSourceAt(placeOf(name, prefix))).rootId();
  assert.equal(await open(place.container, 'x/'), root);
  assert.notEqual(await open(place.container, 'y/'), root);
  assert.notEqual(await open((await azure.container()).containerName, 'x/'), root);
  await container.delete();
  assert.equal(await source.rootId(), undefined);
});

test('A container that is not there is refused when it is opened', async () => {
  await assert.rejects(openSourceAt(placeOf('no-such-container', '')), {
    name: 'ConfigurationError',
    exitCode: 2,
    message: /there is no container no-such-container at http:.*make it, or name another/,
  });
});
