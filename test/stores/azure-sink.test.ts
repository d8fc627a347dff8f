/** A container as a sink: the contract of all sinks, and what only a container can show. */
import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { after, before, test } from 'node:test';
import type { ContainerClient } from '@azure/storage-blob';
import { ConfigurationError } from '../../src/errors.ts';
import type { AzurePlace } from '../../src/stores/azure/place.ts';
import { openSinkAt } from '../../src/stores/open.ts';
import { SinkLostError } from '../../src/stores/sink-lost.ts';
import { remembered } from '../contracts/sink/checkpoints.ts';
import { id, look, partOf, publishedAs } from '../contracts/sink/ground.ts';
import { groupPlace } from '../contracts/sink/group.ts';
import { sharedPlace } from '../contracts/sink/in-order.ts';
import { type SinkGround, sinkContract } from '../contracts/sink.ts';
import { type RunningAzure, startAzure, unfinishedBlobs } from '../support/azure.ts';
import { startHttpFaults } from '../support/http-faults.ts';
import { Scope } from '../support/owner.ts';
import { waitFor } from '../support/wait.ts';

const scope = new Scope();
let azure: RunningAzure;
/** What was asked of the server. */
const asked: string[] = [];
before(async () => {
  azure = await startAzure(scope);
  const judge = ({ method, url }: IncomingMessage) => void asked.push(`${method} ${url}`);
  const { port } = await startHttpFaults(scope, { target: azure.port, judge });
  for (const name of Object.keys(process.env)) if (name.startsWith('AZURE_')) delete process.env[name];
  Object.assign(process.env, azure.environment(port));
});
after(() => scope.close());

interface Place {
  readonly container: ContainerClient;
  readonly place: AzurePlace;
}

async function placeInContainer(): Promise<Place> {
  const container = await azure.container();
  const { containerName: name } = container;
  return {
    container,
    place: { store: 'azure', container: name, prefix: 'backup/', url: `azblob://${name}/backup` },
  };
}

function openSink(place: AzurePlace, reader = 'office') {
  return openSinkAt(place, { reader });
}

/** Whoever writes a blob ends what was not committed under its name. */
async function dropBlocks(container: ContainerClient, name: string): Promise<void> {
  await waitFor(async () => (await unfinishedBlobs(container)).includes(name), {
    what: `a block of ${name}`,
  });
  await container.getBlockBlobClient(name).commitBlockList([]);
  await container.deleteBlob(name);
}

async function ground(): Promise<SinkGround> {
  const { container, place } = await placeInContainer();
  const blob = (target: string) => container.getBlockBlobClient(place.prefix + target);
  return {
    open: (reader) => openSink(place, reader),
    read: async (target) => {
      if (!(await blob(target).exists())) return undefined;
      const [bytes, { metadata = {}, etag = '' }] = [
        await blob(target).downloadToBuffer(),
        await blob(target).getProperties(),
      ];
      return { bytes, mode: Number.parseInt(metadata.mode ?? '0', 8) & 0o7777, inode: etag };
    },
    large: 12 * 1024 * 1024,
    partsStay: true,
    write: async (target, text) => {
      await blob(target).upload(text, Buffer.byteLength(text));
    },
    remove: async (target) => {
      await blob(target).deleteIfExists();
    },
    parts: () => unfinishedBlobs(container),
    cutPart: (upload) => dropBlocks(container, `backup/shop/f${Number.parseInt(upload, 16)}`),
  };
}

sinkContract('A container', 'in-order', ground);
sharedPlace(ground);
groupPlace(async () => {
  const { place } = await placeInContainer();
  return (reader, group) => openSinkAt(place, { reader, group });
});

/** An open upload, as the receiver remembers it. */
const row = remembered(id(1), { seen: [[0, 1, 2]] });
const large = 'x'.repeat(12 * 1024 * 1024);

test('Two sinks of one name notice each other; the one that came first ends', async () => {
  const { place } = await placeInContainer();
  const first = await openSink(place);
  await first.checkpoint([row]);
  const second = await openSink(place);
  assert.deepEqual(await second.unfinished(), [row]);
  await second.checkpoint([row]);
  await assert.rejects(first.checkpoint([row]), ConfigurationError);
  for (const sink of [first, second]) await sink.close();
});

test('A sink whose journal was removed is lost, and opened again another one', async () => {
  const { container, place } = await placeInContainer();
  const sink = await openSink(place);
  await container.deleteBlob(`${place.prefix}.sluice/office/journal.json`);
  await assert.rejects(sink.checkpoint([row]), SinkLostError);
  await sink.close();
  const again = await openSink(place);
  assert.notEqual(again.id, sink.id);
  assert.deepEqual([again.isCopy, await again.unfinished()], [false, []]);
  await again.close();
});

test('A blob says of itself what it is, in names that Azure takes, also one in blocks', async () => {
  asked.length = 0;
  const { container, place } = await placeInContainer();
  const sink = await openSink(place);
  for (const text of ['x', large]) {
    const published = publishedAs(text);
    const target = `shöp/a%20b+${text.length}.jpg`;
    await sink.part(id(1), partOf(target, text)).write(Buffer.from(text), 0);
    await sink.publish(id(1), target, look, published);
    const said = await container.getBlobClient(`backup/${target}`).getProperties();
    const md5 = Buffer.from(published.digest.slice(4), 'hex');
    assert.deepEqual(said.metadata, {
      mtime: '1700000000.123456',
      mode: '100640',
      md5chksum: md5.toString('base64'),
      sluice_upload: id(1),
      sluice_uploader: 'sh%C3%B6p',
      sluice_digest: published.digest,
      sluice_size: String(text.length),
    });
    assert.equal(said.contentType, 'image/jpeg');
    assert.deepEqual(Buffer.from(said.contentMD5!), md5);
  }
  assert.ok(asked.some((request) => request.includes('comp=blocklist')));
  assert.deepEqual(
    asked.filter((request) => request.includes('comp=metadata')),
    [],
    'nothing was written a second time to describe it',
  );
  await sink.close();
});

test('Of a folder of new files one is looked at, and the folder once', async () => {
  const { place } = await placeInContainer();
  const sink = await openSink(place);
  await sink.publishWhole(Buffer.from('a'), 'other/a', look, publishedAs('a'));
  asked.length = 0;
  for (let file = 0; file < 20; file++) {
    const target = `shop/${file} +%`;
    assert.equal(await sink.newest(target), undefined);
    await sink.publishWhole(Buffer.from('a'), target, look, publishedAs('a', id(file)));
  }
  const looks = asked.filter((request) => request.startsWith('HEAD') || request.includes('comp=list'));
  assert.equal(looks.length, 2, looks.join('\n'));
  assert.deepEqual(await sink.published('shop/7 +%'), publishedAs('a', id(7)));
  await sink.close();
});

test('What stood there already is described in place, and keeps what it is', async () => {
  const { container, place } = await placeInContainer();
  const blob = container.getBlockBlobClient('backup/shop/a.txt');
  const kept = {
    blobContentType: 'text/x-special',
    blobCacheControl: 'max-age=7',
    blobContentLanguage: 'de',
  };
  await blob.upload('a', 1, { blobHTTPHeaders: kept, metadata: { Own_Name: 'x' } });
  const sink = await openSink(place);
  await sink.adopt('shop/a.txt', publishedAs('a', id(3)));
  assert.deepEqual(await sink.published('shop/a.txt'), publishedAs('a', id(3)));
  const said = await blob.getProperties();
  assert.deepEqual(
    [said.contentType, said.cacheControl, said.contentLanguage, said.metadata?.own_name],
    ['text/x-special', 'max-age=7', 'de', 'x'],
  );
  await sink.close();
});

test('Two sinks that write one blob never put blocks of the one into that of the other', async () => {
  const { container, place } = await placeInContainer();
  const [sink, other] = [await openSink(place), await openSink(place, 'other')];
  const text = 'y'.repeat(large.length);
  for (const [one, bytes] of [
    [sink, large],
    [other, text],
  ] as const)
    await one.part(id(1), partOf('shop/a', large)).write(Buffer.from(bytes), 0);
  const blob = container.getBlockBlobClient('backup/shop/a');
  const standing = async () => (await blob.getBlockList('uncommitted')).uncommittedBlocks?.length ?? 0;
  // Two of each are on their way before they are published.
  await waitFor(async () => (await standing()) >= 4, { what: 'blocks of both' });
  await sink.publish(id(1), 'shop/a', look, publishedAs(large));
  assert.ok((await blob.downloadToBuffer()).equals(Buffer.from(large)));
  for (const one of [sink, other]) await one.close();
});

test('Blocks of another program under a name do not keep a file from it', async () => {
  const { container, place } = await placeInContainer();
  const blob = container.getBlockBlobClient('backup/shop/a');
  // Ids of another length than ours, as many programs have them.
  for (const length of [8, 48]) {
    const theirs = Buffer.alloc(length, 7).toString('base64');
    await blob.stageBlock(theirs, 'theirs', 6);
    const sink = await openSink(place);
    const text = large + length;
    const upload = id(length);
    await sink.part(upload, partOf('shop/a', text)).write(Buffer.from(text), 0);
    assert.deepEqual(await unfinishedBlobs(container), ['backup/shop/a']);
    await sink.publish(upload, 'shop/a', look, publishedAs(text, upload));
    assert.ok((await blob.downloadToBuffer()).equals(Buffer.from(text)));
    await sink.close();
  }
});

test('Blocks that a killed run left do not keep a small file from their name', async () => {
  const { container, place } = await placeInContainer();
  for (const text of ['', 'small']) {
    const blob = container.getBlockBlobClient(`backup/shop/a${text}`);
    await blob.stageBlock(Buffer.alloc(20, 7).toString('base64'), 'left', 4);
    const sink = await openSink(place);
    await sink.publishWhole(Buffer.from(text), `shop/a${text}`, look, publishedAs(text));
    assert.equal(String(await blob.downloadToBuffer()), text);
    await sink.close();
  }
});

test('A blob that somebody holds a lease on is refused, and others are not', async () => {
  const { container, place } = await placeInContainer();
  const sink = await openSink(place);
  const blob = container.getBlockBlobClient('backup/shop/held');
  await blob.upload('held', 4);
  const lease = blob.getBlobLeaseClient();
  await lease.acquireLease(-1);
  const replace = () => sink.publishWhole(Buffer.from('x'), 'shop/held', look, publishedAs('x'));
  await assert.rejects(replace, { name: 'StoreFault', scope: 'name', code: 'EACCES', message: /lease/ });
  await sink.publishWhole(Buffer.from('x'), 'shop/free', look, publishedAs('x'));
  await lease.breakLease(0);
  await replace();
  assert.equal(String(await blob.downloadToBuffer()), 'x');
  await sink.close();
});
