/** Files that are encrypted on the topic, from end to end: who reads them, and who does not. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { WarningEvent } from '../../src/files/shared/events.ts';
import { isSealed } from '../../src/records/topic-record.ts';
import { cat, encryptedFlow, everything, fill, inClear, list, small } from '../support/encrypted-flow.ts';
import { type Flow, noise } from '../support/flow.ts';

test('Files for several recipients: each of them reads all, and the topics hold none of it in clear', async (t) => {
  const { flow, anna, bert } = await encryptedFlow(t);
  fill(flow);
  const up = await flow.up({ ...small, encryptTo: [anna.recipient, bert.recipient] });
  assert.deepEqual([up.files, up.failed], [63, 0]);
  assert.deepEqual(await inClear(flow, { names: false }), []);
  assert.ok((await flow.records()).every((record) => isSealed(record)));
  for (const { file } of [anna, bert]) {
    flow.disk.files.clear();
    const down = await flow.down({ identity: [file], name: file.replaceAll('/', ''), reset: true });
    assert.deepEqual([down.files, down.failed, down.open], [63, 0, 0]);
    assert.deepEqual(flow.received(), flow.sent());
  }
  const again = await flow.up({ ...small, encryptTo: [anna.recipient, bert.recipient] });
  assert.deepEqual([again.files, again.unchanged], [0, 63]);
});

test('Without its key a file is told, nothing else is held up, and a key that comes later opens it', async (t) => {
  const { flow, anna, bert } = await encryptedFlow(t);
  flow.source.write('for all.txt', noise(9000));
  await flow.up(small);
  flow.source.write('for anna.txt', noise(9000));
  flow.source.write('small for anna.txt', noise(90));
  await flow.up({ ...small, encryptTo: [anna.recipient] });
  flow.source.write('for bert.txt', noise(9000));
  await flow.up({ ...small, encryptTo: [bert.recipient] });
  const all = flow.sent();

  const without = await flow.down();
  assert.deepEqual([without.files, without.failed, without.open], [1, 3, 0]);
  assert.deepEqual(Object.keys(flow.received()), ['for all.txt']);
  const failed = flow.told('failed');
  assert.deepEqual(failed.map(({ path, reason }) => [path, reason]).sort(), [
    ['for anna.txt', 'no-key'],
    ['for bert.txt', 'no-key'],
  ]);
  assert.match(failed[0]!.message, /encrypted.*no key was given: add --identity/);
  assert.match(
    flow.told('refused-record')[0]!.reason,
    /a record of 1 small file is encrypted, and no key was given/,
  );

  flow.downloadEvents.length = 0;
  const idle = await flow.down();
  assert.deepEqual([idle.files, idle.failed, idle.records], [0, 0, 0]);
  assert.match(flow.told('warning')[0]!.message, /stay shut.*--identity/);

  flow.downloadEvents.length = 0;
  const wrong = await flow.down({ identity: [bert.file] });
  assert.deepEqual([wrong.files, wrong.failed], [1, 2]);
  assert.match(flow.told('failed')[0]!.message, /none of the keys that were given opens it/);
  assert.deepEqual(Object.keys(flow.received()), ['for all.txt', 'for bert.txt']);
  const same = await flow.down({ identity: [bert.file] });
  assert.deepEqual([same.files, same.failed, same.records], [0, 0, 0], 'what was tried is not read again');

  const right = await flow.down({ identity: [bert.file, anna.file] });
  assert.deepEqual([right.files, right.failed, right.open], [2, 0, 0]);
  assert.deepEqual(flow.received(), all);
  const last = await flow.down();
  assert.deepEqual([last.files, last.failed, last.records], [0, 0, 0]);
});

test('Packs for several keys are set aside and opened one by one, across many runs', async (t) => {
  const { flow, anna, bert } = await encryptedFlow(t);
  for (let index = 0; index < 12; index++) {
    flow.source.write(`small/${index}.json`, noise(100));
    await flow.up({ ...small, encryptTo: [index % 2 === 0 ? anna.recipient : bert.recipient] });
    await flow.down(index % 3 === 0 ? {} : { identity: [anna.file] });
  }
  const both = await flow.down({ identity: [anna.file, bert.file] });
  assert.equal(both.failed, 0);
  assert.deepEqual(flow.received(), flow.sent());
  assert.equal(flow.disk.uploads.size, 0, 'nothing is remembered of what is open');
});

test('Names, sizes and times stand nowhere in clear, and versions of a file are versions of one', async (t) => {
  const { flow, folder, anna } = await encryptedFlow(t);
  fill(flow);
  const encryptNames = join(folder, 'names.key');
  const options = { ...small, encryptTo: [anna.recipient], encryptNames };
  await flow.up(options);
  assert.equal((await stat(encryptNames)).mode & 0o777, 0o600);
  assert.deepEqual(await inClear(flow, { names: true }), []);
  const mtimes = flow.source.paths().map(async (path) => (await flow.source.look(path))!.mtime);
  const all = await everything(flow);
  for (const mtime of await Promise.all(mtimes)) assert.ok(!all.includes(mtime), mtime);

  await flow.down({ identity: [anna.file] });
  assert.deepEqual(flow.received(), flow.sent());
  flow.source.write('large.bin', noise(21_000));
  const second = await flow.up(options);
  assert.deepEqual([second.files, second.unchanged], [1, 62]);
  await flow.down({ identity: [anna.file] });
  assert.deepEqual(flow.received(), flow.sent());
  const paths = (await flow.records()).flatMap(({ headers }) =>
    headers.filter(([name]) => name === 'path').map(([, path]) => String(path)),
  );
  assert.equal(new Set(paths).size, 2, 'large.bin and the report');
  assert.ok(paths.every((path) => /^[0-9a-f]{64}$/.test(path)));

  await writeFile(join(folder, 'other.key'), `${randomBytes(32).toString('hex')}\n`);
  const lost = await flow.up({ ...options, encryptNames: join(folder, 'other.key') });
  assert.deepEqual([lost.files, lost.failed], [63, 0], 'another key of names knows nothing');
  await flow.down({ identity: [anna.file] });
  assert.deepEqual(flow.received(), flow.sent());
});

test('list and cat show what a key opens, and say plainly what none does', async (t) => {
  const { flow, folder, anna, bert } = await encryptedFlow(t);
  fill(flow);
  const encryptNames = join(folder, 'names.key');
  await flow.up({ ...small, encryptTo: [anna.recipient], encryptNames });
  const identity = [anna.file];
  for (const newestOnly of [true, false]) {
    const listed = await list(flow, { identity, newestOnly });
    assert.deepEqual(listed.map(({ path }) => path).sort(), flow.source.paths().toSorted());
    for (const { path, size, digest, encrypted, locked, state } of listed) {
      assert.equal(size, flow.source.bytes(path).length);
      assert.match(digest, /^sha256:/);
      assert.deepEqual([encrypted, locked, state], [true, undefined, 'complete']);
    }
  }
  const shut = await list(flow, { identity: [bert.file] });
  assert.equal(shut.length, 63);
  assert.ok(
    shut.every(
      ({ path, size, digest, locked }) =>
        /^[0-9a-f]{64}$/.test(path) && size === 0 && digest === '' && locked,
    ),
  );
  const told: WarningEvent[] = [];
  const onEvent = (event: { readonly type: string }) => told.push(event as WarningEvent);
  assert.equal((await list(flow, { newestOnly: false, onEvent })).length, 2);
  assert.match(
    told[0]!.message,
    /61 files in packs are not listed: they are encrypted, and no key was given/,
  );

  for (const path of ['large.bin', 'small/7.json', 'empty']) {
    assert.deepEqual(await cat(flow, path, { identity }), Buffer.from(flow.source.bytes(path)));
    await assert.rejects(cat(flow, path), /encrypted, and no key was given: add --identity/);
  }
  await assert.rejects(cat(flow, 'nothing', { identity }), /is not on topic/);
});

test('In clear, names are listed without a key; contents are not given out', async (t) => {
  const { flow, anna, bert } = await encryptedFlow(t);
  fill(flow);
  await flow.up({ ...small, encryptTo: [anna.recipient] });
  const listed = await list(flow);
  assert.deepEqual(listed.map(({ path }) => path).sort(), flow.source.paths().toSorted());
  assert.ok(listed.every(({ encrypted, locked, digest }) => encrypted && !locked && digest === ''));
  for (const path of ['large.bin', 'small/7.json']) {
    await assert.rejects(cat(flow, path), { exitCode: 3, message: /encrypted, and no key was given/ });
    await assert.rejects(
      cat(flow, path, { identity: [bert.file] }),
      /none of the keys that were given opens it/,
    );
    assert.deepEqual(await cat(flow, path, { identity: [anna.file] }), Buffer.from(flow.source.bytes(path)));
  }
});

test('A passphrase opens what was encrypted with it, and so does a recipient beside it', async (t) => {
  const { flow, folder, anna } = await encryptedFlow(t);
  fill(flow);
  const [right, wrong] = [join(folder, 'right'), join(folder, 'wrong')];
  await writeFile(right, 'a horse, a battery and a staple\n');
  await writeFile(wrong, 'a horse, a battery\n');
  await flow.up({ ...small, encryptTo: [anna.recipient], encryptPassphraseFile: right });
  const refused = await flow.down({ passphraseFile: wrong });
  assert.equal(refused.files, 0);
  const opened = await flow.down({ passphraseFile: right });
  assert.deepEqual([opened.files, opened.failed], [63, 0]);
  assert.deepEqual(flow.received(), flow.sent());
  assert.equal((await cat(flow, 'large.bin', { identity: [anna.file] })).length, 20_000);
});

test('What is no recipient, no identity and no key of names is said before anything is sent', async (t) => {
  const { flow, folder, anna } = await encryptedFlow(t);
  fill(flow);
  const bad = join(folder, 'bad');
  await writeFile(bad, 'nonsense\n');
  const refusals: [Parameters<Flow['up']>[0], RegExp][] = [
    [{ encryptTo: ['age1nonsense'] }, /"age1nonsense" is no recipient of age/],
    [{ encryptTo: [anna.secret] }, /a secret key was given as a recipient/],
    [{ encryptToFile: [join(folder, 'none')] }, /--encrypt-to-file: ENOENT/],
    [{ encryptToFile: [bad] }, /a line in .*bad is no recipient/],
    [
      { encryptTo: Array.from({ length: 60 }, () => anna.recipient), encryptNames: bad },
      /holds no key of names/,
    ],
    [{ encryptNames: join(folder, 'new') }, /--encrypt-names needs somebody who may read/],
  ];
  for (const [options, message] of refusals) {
    await assert.rejects(flow.up(options), (error: Error) => {
      assert.match(error.message, message);
      assert.ok(!error.message.includes(anna.secret));
      return true;
    });
  }
  await assert.rejects(flow.down({ identity: [bad] }), /no identity of age/);
  await assert.rejects(flow.down({ identity: [join(folder, 'none')] }), /--identity: ENOENT/);
  assert.deepEqual(await flow.records(), []);
  const file = join(folder, 'recipients');
  await writeFile(file, `# who may read\n\n${anna.recipient}\n`);
  assert.equal((await flow.up({ ...small, encryptToFile: [file] })).files, 63);
  assert.ok(!(await readFile(file, 'utf8')).includes('AGE-SECRET'));
});

test('Compression comes before encryption, by the options of compression', async (t) => {
  const { flow, anna } = await encryptedFlow(t);
  const text = Buffer.from('the same line over and over again\n'.repeat(5000));
  flow.source.write('text.txt', text);
  flow.source.write('small.txt', text.subarray(0, 1900));
  const size = async () => (await flow.records()).reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
  await flow.up({ ...small, encryptTo: [anna.recipient] });
  const compressed = await size();
  assert.ok(compressed < text.length / 4, `${compressed} bytes`);
  await flow.down({ identity: [anna.file] });
  assert.deepEqual(flow.received(), flow.sent());
  await flow.up({ ...small, encryptTo: [anna.recipient], compression: 'none', resend: true });
  assert.ok((await size()) - compressed >= text.length);
});
