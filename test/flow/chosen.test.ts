import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UploadOptions } from '../../src/files/shared/options.ts';
import { faultySource, once } from '../support/faulty-store.ts';
import { Flow, noise } from '../support/flow.ts';

const tree = ['a.txt', 'b.jpg', '.hidden', '.git/config', 'photos/c.jpg', 'photos/raw/d.cr2', 'tmp/e.txt'];

async function chosen(options: Partial<UploadOptions>): Promise<string[]> {
  const flow = new Flow();
  for (const path of tree) flow.source.write(path, noise(10));
  const up = await flow.up({ packBelow: 100, ...options });
  await flow.down();
  const received = Object.keys(flow.received());
  assert.deepEqual([up.files, up.failed], [received.length, 0]);
  return received.toSorted();
}

test('Hidden files and what is in hidden folders stay behind unless asked for', async () => {
  const visible = tree.filter((path) => !path.startsWith('.'));
  assert.deepEqual(await chosen({}), visible.toSorted());
  assert.deepEqual(await chosen({ hidden: true }), tree.toSorted());
});

test('Globs take in and leave out', async () => {
  assert.deepEqual(await chosen({ include: ['*.jpg'] }), ['b.jpg', 'photos/c.jpg']);
  assert.deepEqual(await chosen({ exclude: ['*.jpg', 'tmp/'] }), ['a.txt', 'photos/raw/d.cr2']);
  assert.deepEqual(await chosen({ include: ['photos/**'], exclude: ['raw'] }), ['photos/c.jpg']);
  assert.deepEqual(await chosen({ include: ['**'], exclude: ['**/*.txt'] }), [
    'b.jpg',
    'photos/c.jpg',
    'photos/raw/d.cr2',
  ]);
});

test('Files older than --max-age stay behind', async () => {
  const flow = new Flow();
  const hourAgo = String(BigInt(Date.now() - 3_600_000) * 1_000_000n);
  flow.source.write('old', noise(10), { mtime: hourAgo });
  flow.source.write('new', noise(10));
  const up = await flow.up({ maxAge: 600_000 });
  assert.deepEqual([up.files, up.failed], [1, 0]);
  assert.equal((await flow.up({ maxAge: 7_200_000 })).files, 1);
});

test('Names that cannot be sent are told with the reason, counted once, and stop nobody', async () => {
  const flow = new Flow();
  const bad = ['n'.repeat(256), `${'d/'.repeat(2048)}x`, 'a\0b', 'lone\ud800surrogate'];
  for (const path of [...bad, 'good']) flow.source.write(path, noise(10));
  const up = await flow.up({ hidden: true });
  assert.deepEqual([up.files, up.failed], [1, bad.length]);
  const told = flow.told('not-sent');
  assert.deepEqual(told.map(({ path }) => path).toSorted(), bad.toSorted());
  assert.ok(told.every(({ again, reason }) => !again && /longer|NUL|Unicode/.test(reason)));
});

test('Names of all scripts and shapes arrive as they are', async () => {
  const names = [
    'línea\nnueva',
    'фото.jpg',
    '写真/東京.jpg',
    '👩‍👩‍👧‍👦.png',
    'caf\u00e9',
    'cafe\u0301',
    ' leading and trailing ',
    'back\\slash',
    'C:',
    'CON',
    'dot.',
    '%41',
    '"quotes" & <angles>',
    'n'.repeat(255),
    '€'.repeat(85),
    '-rf',
    '~',
    'a/b/c/d/e/f/g',
  ];
  for (const packBelow of [0, 100]) {
    const flow = new Flow({ maxMessageBytes: 4096 });
    for (const name of names) flow.source.write(name, noise(50));
    assert.equal((await flow.up({ packBelow })).files, names.length);
    await flow.down();
    assert.deepEqual(flow.received(), flow.sent());
  }
});

test('A dry run says what would be sent and why, and changes nothing', async () => {
  const flow = new Flow();
  flow.source.write('a', noise(3000));
  flow.source.write('b', noise(30));
  const first = await flow.up({ dryRun: true });
  assert.deepEqual([first.files, first.records], [0, 0]);
  assert.deepEqual(
    flow.told('would-send').map(({ path, reason }) => [path, reason]),
    [
      ['a', 'new'],
      ['b', 'new'],
    ],
  );
  const kafka = flow.cluster.client();
  assert.deepEqual(await kafka.listTopics(), ['files']);
  await flow.up();
  flow.source.write('a', noise(3000));
  flow.source.write('c', noise(5000));
  const stop = new AbortController();
  const source = faultySource(
    flow.source,
    once('read', () => stop.abort(), 2500),
  );
  await flow.up({ include: ['c'], signal: stop.signal, bufferBytes: 1024 }, { source });
  const before = (await flow.records()).length + (await flow.records('files.state')).length;
  flow.uploadEvents.length = 0;
  const second = await flow.up({ dryRun: true });
  assert.equal(second.unchanged, 1);
  assert.deepEqual(
    flow.told('would-send').map(({ path, reason }) => [path, reason]),
    [
      ['a', 'changed'],
      ['c', 'resume'],
    ],
  );
  const after = (await flow.records()).length + (await flow.records('files.state')).length;
  assert.equal(after, before);
});

test('Small files share records; a large one does not hold them up', async () => {
  const flow = new Flow({ maxMessageBytes: 65_536 });
  for (let index = 0; index < 300; index++) flow.source.write(`small/${index}`, noise(40));
  flow.source.write('large', noise(400_000));
  const up = await flow.up({ packBelow: 1000, linger: 20, bufferBytes: 65_536 });
  assert.equal(up.files, 301);
  const packs = (await flow.records()).filter(({ decoded }) => decoded?.kind === 'pack');
  assert.ok(packs.length < 30, `${packs.length} packs`);
  await flow.down();
  assert.deepEqual(flow.received(), flow.sent());
});

test('An uploader without a name that can be a folder is refused', async () => {
  const flow = new Flow();
  for (const name of ['', '..', '.sluice', 'a/b', 'a\0', 'n'.repeat(129)]) {
    await assert.rejects(flow.up({ name }), /--name ".*" cannot be used/s);
  }
});

test('A downloader of a topic that is not there says so', async () => {
  await assert.rejects(new Flow().down(), /topic files does not exist: check the name/);
});

test('Progress ends at what was done', async () => {
  const flow = new Flow();
  for (let index = 0; index < 5; index++) flow.source.write(`f${index}`, noise(1000 * index));
  const up = await flow.up({ packBelow: 1500 });
  const down = await flow.down();
  for (const [summary, events] of [
    [up, flow.uploadEvents],
    [down, flow.downloadEvents],
  ] as const) {
    const last = events.findLast((event) => event.type === 'progress');
    assert.ok(last?.type === 'progress');
    assert.deepEqual(
      [last.filesDone, last.filesOpen, last.bytesDone, last.bytesTotal, last.records],
      [5, 0, 10_000, 10_000, summary.records],
    );
    assert.deepEqual(last.inFlight, []);
  }
});
