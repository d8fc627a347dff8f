/** A folder of HDFS as a sink: the contract of all sinks, and what only HDFS can show. */
import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { after, test } from 'node:test';
import { ConfigurationError } from '../../src/errors.ts';
import type { Sink } from '../../src/stores/contract.ts';
import { openSink } from '../../src/stores/open.ts';
import { ReplacedError } from '../../src/stores/replaced.ts';
import { SinkLostError } from '../../src/stores/sink-lost.ts';
import { remembered } from '../contracts/sink/checkpoints.ts';
import { id, look, publishedAs } from '../contracts/sink/ground.ts';
import { sharedPlace } from '../contracts/sink/in-order.ts';
import { type SinkGround, sinkContract } from '../contracts/sink.ts';
import { noise } from '../support/bytes.ts';
import { startHdfs } from '../support/hdfs.ts';
import { startHttpFaults } from '../support/http-faults.ts';
import { Scope } from '../support/owner.ts';
import { waitFor } from '../support/wait.ts';

const scope = new Scope();
after(() => scope.close());
// Files of several blocks, as they are where they are large.
const hdfs = await startHdfs(scope, { 'dfs.blocksize': String(1024 * 1024) });
Object.assign(process.env, hdfs.environment);

interface Status {
  readonly permission: string;
  readonly fileId: number;
  readonly modificationTime: number;
}

async function statusOf(path: string): Promise<Status> {
  const { body } = await hdfs.ask('GET', path, { op: 'GETFILESTATUS' });
  return (JSON.parse(String(body)) as { FileStatus: Status }).FileStatus;
}

function sinkOf(folder: string, reader = 'office'): Promise<Sink> {
  return openSink(`hdfs://127.0.0.1:${hdfs.port}/${folder}`, { reader });
}

/** Temporary files of uploads of several parts, of all downloaders' names. What is written whole stands there for a moment. */
async function partsIn(folder: string): Promise<string[]> {
  const readers = await hdfs.names(`${folder}/.sluice`);
  return (await Promise.all(readers.map((reader) => hdfs.names(`${folder}/.sluice/${reader}parts`))))
    .flat()
    .filter((name) => !name.startsWith('whole-'));
}

async function ground(): Promise<SinkGround> {
  const folder = hdfs.folder();
  return {
    open: (reader) => sinkOf(folder, reader),
    read: async (target) => {
      const bytes = await hdfs.read(`${folder}/${target}`);
      if (bytes === undefined) return undefined;
      const { permission, fileId } = await statusOf(`${folder}/${target}`);
      return { bytes, mode: Number.parseInt(permission, 8), inode: String(fileId) };
    },
    large: 20 * 1024 * 1024,
    write: (target, text) => hdfs.write(`${folder}/${target}`, text),
    remove: async (target) => {
      await hdfs.ask('DELETE', `${folder}/${target}`, { op: 'DELETE' });
    },
    parts: () => partsIn(folder),
    cutPart: async () => {
      const part = await waitFor(async () => (await partsIn(folder))[0], { what: 'a temporary file' });
      await hdfs.ask('DELETE', `${folder}/.sluice/office/parts/${part}`, { op: 'DELETE' });
    },
  };
}

sinkContract('A folder of HDFS', 'in-order', ground);
sharedPlace(ground);

/** An open upload, as the receiver remembers it. */
const row = remembered(id(1), { seen: [[0, 1, 2]] });

test('Two sinks of one name notice each other; the one that came first ends', async () => {
  const folder = hdfs.folder();
  const first = await sinkOf(folder);
  await first.checkpoint([row]);
  const second = await sinkOf(folder);
  assert.deepEqual(await second.unfinished(), [row]);
  await second.checkpoint([row]);
  await assert.rejects(first.checkpoint([row]), ConfigurationError);
  const other = await sinkOf(folder, 'other');
  assert.deepEqual(await other.unfinished(), []);
  for (const sink of [first, second, other]) await sink.close();
});

test('A sink whose journal was removed is lost, and opened again another one', async () => {
  const folder = hdfs.folder();
  const sink = await sinkOf(folder);
  await hdfs.ask('DELETE', `${folder}/.sluice/office/journal.json`, { op: 'DELETE' });
  await assert.rejects(sink.checkpoint([row]), SinkLostError);
  await sink.close();
  const again = await sinkOf(folder);
  assert.notEqual(again.id, sink.id);
  assert.deepEqual([again.isCopy, await again.unfinished()], [false, []]);
  await again.close();
});

test('A file has its time, to the millisecond, and says what it is to hdfs dfs too', async () => {
  const folder = hdfs.folder();
  const sink = await sinkOf(folder);
  await sink.publishWhole(Buffer.from('text'), 'shop/a', look, publishedAs('text'));
  assert.equal((await statusOf(`${folder}/shop/a`)).modificationTime, 1_700_000_000_123);
  const { body } = await hdfs.ask('GET', `${folder}/shop/a`, { op: 'GETXATTRS', encoding: 'text' });
  const { XAttrs } = JSON.parse(String(body)) as { XAttrs: { name: string; value: string }[] };
  assert.equal(XAttrs[0]?.name, 'user.sluice');
  assert.match(XAttrs[0].value, /"sluice-digest":"md5:[0-9a-f]{32}"/);
  // Written to in place, it is no more what it says.
  await hdfs.ask('POST', `${folder}/shop/a`, { op: 'APPEND' }, 'more');
  assert.equal(await sink.published('shop/a'), undefined);
  await sink.close();
});

test('Names of every kind stand as they are; a colon is refused by the rules of names', async () => {
  const folder = hdfs.folder();
  const sink = await sinkOf(folder);
  const names = ['a b', 'a%41', 'a+b', 'a;b', 'a#b?c', "it's", 'a&b=c', '写真/😀', 'a"b\\c', 'línea\nnueva'];
  for (const name of names) {
    await sink.publishWhole(Buffer.from(name), `shop/${name}`, look, publishedAs(name));
    assert.equal(String(await hdfs.read(`${folder}/shop/${name}`)), name);
    assert.deepEqual(await sink.published(`shop/${name}`), publishedAs(name));
  }
  assert.equal(sink.abilities.names, 'hdfs');
  await sink.close();
});

test('A folder under a final name is that file’s matter alone', async () => {
  const folder = hdfs.folder();
  const sink = await sinkOf(folder);
  await hdfs.ask('PUT', `${folder}/shop/a`, { op: 'MKDIRS' });
  await hdfs.write(`${folder}/shop/file`, 'x');
  const put = (target: string) => sink.publishWhole(Buffer.from('x'), target, look, publishedAs('x'));
  await assert.rejects(put('shop/a'), { scope: 'name', code: 'EISDIR' });
  await assert.rejects(put('shop/file/below'), { scope: 'name', code: 'ENOTDIR' });
  await assert.rejects(put(`shop/${'n'.repeat(256)}`), { scope: 'name' });
  await put('shop/b');
  assert.deepEqual(await partsIn(folder), []);
  await sink.close();
});

test('Through a gateway that renames by its own rules nothing is taken for put in place that is not', async (t) => {
  // As HttpFS does, which knows no options of a renaming: by the namenode's older rules, which answer with false.
  const judge = (request: IncomingMessage): undefined => {
    request.url = request.url?.replace(/&renameoptions=[A-Z]+/, '');
  };
  const gateway = await startHttpFaults(t, { target: hdfs.port, judge });
  const folder = hdfs.folder();
  const sink = await openSink(`hdfs://127.0.0.1:${gateway.port}/${folder}`, { reader: 'office' });
  t.after(() => sink.close());
  const put = (target: string, text: string) =>
    sink.publishWhole(Buffer.from(text), target, look, publishedAs(text, id(text.length)));
  await put('shop/a', 'first');
  assert.equal(String(await hdfs.read(`${folder}/shop/a`)), 'first');
  assert.equal(await sink.published('shop/b'), undefined);
  await hdfs.write(`${folder}/shop/b`, 'of another');
  await assert.rejects(put('shop/b', 'ours'), ReplacedError);
  await assert.rejects(put('shop/a', 'second'), { name: 'ConfigurationError', message: /renameoptions/ });
  assert.equal(String(await hdfs.read(`${folder}/shop/a`)), 'first');
  assert.equal(String(await hdfs.read(`${folder}/shop/b`)), 'of another');
});

test('Many uploads at once grow part by part, each in its order', async () => {
  const folder = hdfs.folder();
  const sink = await sinkOf(folder);
  const uploads = Array.from({ length: 5 }, (_, index) => ({
    upload: id(index + 1),
    bytes: noise(13_000_001 + index),
  }));
  await Promise.all(
    uploads.map(async ({ upload, bytes }, index) => {
      const part = sink.part(upload, { target: `shop/f${index}`, size: bytes.length });
      for (let at = 0; at < bytes.length; at += 1_000_000)
        await part.write(bytes.subarray(at, at + 1_000_000), at);
      const published = publishedAs('', upload);
      await sink.publish(upload, `shop/f${index}`, look, { ...published, size: bytes.length });
    }),
  );
  for (const [index, { bytes }] of uploads.entries())
    assert.ok((await hdfs.read(`${folder}/shop/f${index}`))?.equals(bytes), `f${index}`);
  assert.deepEqual(await partsIn(folder), []);
  await sink.close();
});

test('What another wrote into a temporary file is no part of what is published', async () => {
  const folder = hdfs.folder();
  const sink = await sinkOf(folder);
  const bytes = noise(20_000_000);
  const part = sink.part(id(1), { target: 'shop/a', size: bytes.length });
  await part.write(bytes.subarray(0, 17_000_000), 0);
  const path = await waitFor(
    async () => {
      const paths = (await partsIn(folder)).map((name) => `${folder}/.sluice/office/parts/${name}`);
      for (const one of paths) if ((await hdfs.read(one))?.length === 16 * 1024 * 1024) return one;
      return undefined;
    },
    { what: 'two parts' },
  );
  await hdfs.write(path, noise(16 * 1024 * 1024));
  await part.write(bytes.subarray(17_000_000), 17_000_000);
  const published = { ...publishedAs(''), size: bytes.length };
  await assert.rejects(sink.publish(id(1), 'shop/a', look, published), { name: 'VanishedError' });
  assert.equal(await hdfs.read(`${folder}/shop/a`), undefined);
  await sink.clear(id(1));
  await sink.close();
});
