/** A folder of HDFS as a source, on a real cluster. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Selection, Source, Unsendable } from '../../src/stores/contract.ts';
import { openSource } from '../../src/stores/open.ts';
import { sourceContract } from '../contracts/source.ts';
import { noise } from '../support/bytes.ts';
import { startHdfs } from '../support/hdfs.ts';
import { Scope } from '../support/owner.ts';

const scope = new Scope();
after(() => scope.close());
const hdfs = await startHdfs(scope, { 'dfs.ls.limit': '3' });
Object.assign(process.env, hdfs.environment);

const everything: Selection = { file: () => true, folder: () => true };

async function ground() {
  const folder = hdfs.folder();
  await hdfs.ask('PUT', folder, { op: 'MKDIRS' });
  const source = await openSource(`hdfs://127.0.0.1:${hdfs.port}/${folder}`);
  return {
    folder,
    source,
    write: (path: string, bytes: string | Uint8Array) => hdfs.write(`${folder}/${path}`, bytes),
  };
}

sourceContract('A folder of HDFS', async () => {
  const { folder, source, write } = await ground();
  return {
    source,
    lacks: ['controlCharacters', 'inPlace', 'hints'],
    async write(path, text, mode) {
      await write(path, text);
      const permission = mode?.toString(8) ?? '644';
      await hdfs.ask('PUT', `${folder}/${path}`, { op: 'SETPERMISSION', permission });
    },
    async replace(path, text) {
      await write(`../${folder}-aside`, text);
      const destination = `/${folder}/${path}`;
      await hdfs.ask('PUT', `${folder}-aside`, { op: 'RENAME', renameoptions: 'OVERWRITE', destination });
    },
    async setTime(path, nanoseconds) {
      const modificationtime = nanoseconds.slice(0, -6);
      await hdfs.ask('PUT', `${folder}/${path}`, { op: 'SETTIMES', modificationtime });
    },
    async remove(path) {
      await hdfs.ask('DELETE', `${folder}/${path}`, { op: 'DELETE' });
    },
  };
});

async function listed(source: Source, selection = everything) {
  const unsendable: Unsendable[] = [];
  const files = await Array.fromAsync(source.list(selection, (what) => unsendable.push(what)));
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

test('Names of every kind are listed in pages, and read', async () => {
  const { source, write } = await ground();
  const names = [
    'a b',
    'a%41',
    'a%zz',
    'a%',
    'a%2',
    'a+b',
    'a;b',
    'a#b?c',
    "it's",
    'a&b=c',
    '{a}[b]',
    '~',
    '写真',
    '😀',
    'a"b\\c',
    '\u00e9',
    'e\u0301',
  ];
  for (const name of names) for (const path of [name, `below ${name}/${name}`]) await write(path, path);
  const paths = names.flatMap((name) => [name, `below ${name}/${name}`]);
  assert.deepEqual((await listed(source)).paths, paths.toSorted());
  for (const path of paths) assert.equal(String(await readWhole(source, path)), path);
});

test('A folder that is left out is not asked about', async () => {
  const { folder, source, write } = await ground();
  for (const path of ['in/a', 'out/b', 'in/out/c']) await write(path, path);
  // Whoever lists this one is refused.
  await hdfs.ask('PUT', `${folder}/out`, { op: 'SETPERMISSION', permission: '0' });
  const selection = { file: () => true, folder: (path: string) => !path.endsWith('out') };
  const { paths, unsendable } = await listed(source, selection);
  assert.deepEqual([paths, unsendable], [['in/a'], []]);
});

test('A large file is read in ranges, several ahead, and from any position', async () => {
  const { source, write } = await ground();
  const bytes = noise(21_000_001);
  await write('large', bytes);
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

test('A file that is replaced, appended to or removed while it is read is stale, and never mixed', async () => {
  const { folder, source, write } = await ground();
  const names = ['replaced', 'appended', 'removed'];
  for (const name of names) await write(name, noise(30_000_000));
  const acts = [
    () => write('replaced', noise(30_000_000)),
    () => hdfs.ask('POST', `${folder}/appended`, { op: 'APPEND' }, 'more'),
    () => hdfs.ask('DELETE', `${folder}/removed`, { op: 'DELETE' }),
  ];
  const buffer = Buffer.alloc(1000);
  for (const [index, name] of names.entries()) {
    const file = await source.open(name);
    await file.read(buffer, 0);
    await acts[index]!();
    await assert.rejects(file.read(buffer, 29_999_000), { code: 'ESTALE' });
    await file.close();
  }
});

test('A file that is being written is not opened before it is closed', async () => {
  const { folder, source } = await ground();
  const writing = hdfs.writing(`${folder}/log`);
  const bytes = noise(300_000);
  await writing.write(bytes);
  assert.equal((await source.look('log'))?.size, 0, 'a namenode knows no size of it yet');
  await assert.rejects(source.open('log'), { code: 'EBUSY', message: /it is being written/ });
  await writing.end();
  assert.ok((await readWhole(source, 'log')).equals(bytes));
});

test('A folder is the same across openings, and another one is another', async () => {
  const { source, folder } = await ground();
  const root = await source.rootId();
  assert.match(root ?? '', /^hdfs:[0-9a-f]{32}$/);
  const idOf = async (url: string) => (await openSource(url)).rootId();
  assert.equal(await idOf(`webhdfs://127.0.0.1:${hdfs.port}//${folder}/`), root);
  assert.notEqual(await idOf(`hdfs://127.0.0.1:${hdfs.port}`), root);
});
