/** `sluice state`: what uploaders remember is shown, forgotten, and found out from the topic. */
import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { forgetStateFrom, rebuildStateFrom } from '../../src/files/change-state.ts';
import type { StateOptions } from '../../src/files/shared/state-options.ts';
import { showStateFrom } from '../../src/files/show-state.ts';
import { living } from '../../src/files/state/lease.ts';
import { encodeLease, statePartition } from '../../src/records/state-record.ts';
import { encryptedFlow } from '../support/encrypted-flow.ts';
import { faultySource, once } from '../support/faulty-store.ts';
import { Flow, noise } from '../support/flow.ts';
import { list } from '../support/look.ts';

const stateTopic = 'files.state';

function optionsOf(flow: Flow) {
  return { kafka: {}, topic: flow.topic, uploader: flow.uploader };
}

async function show(flow: Flow, options: Partial<StateOptions> = {}) {
  return showStateFrom(flow.cluster.client(), { kafka: {}, topic: flow.topic, ...options });
}

async function shownFiles(flow: Flow): Promise<string[]> {
  const all = await show(flow, { uploader: flow.uploader });
  return all.flatMap((one) => (one.type === 'file' ? [`${one.path} ${one.state}`] : [])).toSorted();
}

/** Paths that a run sends. */
async function sends(flow: Flow): Promise<string[]> {
  const before = flow.uploadEvents.length;
  await flow.up();
  return flow.uploadEvents
    .slice(before)
    .flatMap((event) => (event.type === 'sent' ? [event.path] : []))
    .toSorted();
}

async function filled(): Promise<Flow> {
  const flow = new Flow();
  for (const path of ['a', 'dir/b', 'dir/c']) flow.source.write(path, noise(900));
  await flow.up();
  return flow;
}

async function writeState(flow: Flow, key: string, value: string | null): Promise<void> {
  const kafka = flow.cluster.client();
  const bytes = value === null ? null : Buffer.from(value);
  await kafka
    .producer()
    .append(stateTopic, statePartition(flow.uploader, 8), { key: Buffer.from(key), value: bytes });
}

describe('What uploaders remember', { concurrency: true }, () => {
  test('It is shown of all uploaders, of one with its files, and of one file', async () => {
    const flow = await filled();
    await flow.up({ name: 'other' });
    const all = await show(flow);
    assert.deepEqual(
      all.map(
        (one) => one.type === 'uploader' && [one.uploader, one.sent, one.bytes, one.isWhole, one.holder],
      ),
      [
        ['other', 3, 2700, true, undefined],
        ['shop', 3, 2700, true, undefined],
      ],
    );
    assert.deepEqual(await shownFiles(flow), ['a sent', 'dir/b sent', 'dir/c sent']);
    const [file, ...others] = await show(flow, { uploader: 'shop', path: 'dir/b' });
    assert.deepEqual(others, []);
    const [listed] = (await list(flow, { uploader: 'shop' })).filter(({ path }) => path === 'dir/b');
    assert.ok(file?.type === 'file');
    assert.deepEqual([file.upload, file.digest, file.size], [listed?.upload, listed?.digest, 900]);
    assert.equal((await show(flow, { uploader: 'shop', include: ['dir/'] })).length, 3);
    await assert.rejects(show(flow, { uploader: 'nobody' }), /no uploader "nobody"/);
    const no = /nothing is remembered of shop/;
    for (const which of [{ path: 'x' }, { path: 'a', include: ['dir/'] }])
      await assert.rejects(show(flow, { uploader: 'shop', ...which }), no);
  });

  test('What is forgotten is new to the next run, under a greater id; the rest is not', async () => {
    const flow = await filled();
    const before = await list(flow);
    const kafka = flow.cluster.client();
    assert.deepEqual(await forgetStateFrom(kafka, { ...optionsOf(flow), path: 'a' }), { files: 1 });
    assert.deepEqual(await shownFiles(flow), ['a forgotten', 'dir/b sent', 'dir/c sent']);
    // It still stands on the topic, and is told.
    const facts = (files: typeof before) =>
      files.map(({ path, upload, state }) => [path, upload, state]).toSorted();
    assert.deepEqual(facts(await list(flow)), facts(before));
    assert.deepEqual(await list(flow, { state: ['aborted'] }), []);
    assert.deepEqual(await sends(flow), ['a']);
    const idOf = (files: typeof before) => files.find(({ path }) => path === 'a')!.upload;
    assert.ok(idOf(await list(flow)) > idOf(before));
    assert.deepEqual(await sends(flow), []);
    assert.deepEqual(await forgetStateFrom(kafka, { ...optionsOf(flow), include: ['dir/'] }), { files: 2 });
    assert.deepEqual(await sends(flow), ['dir/b', 'dir/c']);
    assert.deepEqual(await forgetStateFrom(kafka, optionsOf(flow)), { files: 3 });
    assert.deepEqual(await sends(flow), ['a', 'dir/b', 'dir/c']);
    await assert.rejects(forgetStateFrom(kafka, { ...optionsOf(flow), path: 'x' }), /nothing is remembered/);
    for (const globs of [{ include: ['dir/'] }, { exclude: ['a'] }])
      await assert.rejects(forgetStateFrom(kafka, { ...optionsOf(flow), path: 'a', ...globs }), /nothing is/);
    assert.deepEqual(await sends(flow), []);
    assert.equal((await flow.down()).failed, 0);
  });

  test('A file whose own name looks like a hash is forgotten and shown where it is meant, and nowhere else', async () => {
    const flow = new Flow();
    const [plain, hash] = ['a.txt', 'f'.repeat(64)];
    for (const path of [plain, hash]) flow.source.write(path, noise(900));
    await flow.up();
    const kafka = flow.cluster.client();
    const shown = await show(flow, { uploader: 'shop', include: ['*.txt'] });
    assert.deepEqual(
      shown.map((one) => (one.type === 'file' ? one.path : one.sent)),
      [1, plain],
    );
    assert.deepEqual(await forgetStateFrom(kafka, { ...optionsOf(flow), include: ['*.txt'] }), { files: 1 });
    assert.deepEqual(await shownFiles(flow), [`${plain} forgotten`, `${hash} sent`]);
    assert.deepEqual(await forgetStateFrom(kafka, { ...optionsOf(flow), include: ['f*'] }), { files: 1 });
  });

  test('What is half sent is given up by a record before it is sent anew', async () => {
    const flow = new Flow({ partitions: 1 });
    flow.source.write('half', noise(5000));
    const stop = new AbortController();
    const stopped = faultySource(
      flow.source,
      once('read', () => stop.abort(), 2000),
    );
    await flow.up({ signal: stop.signal, bufferBytes: 1024 }, { source: stopped });
    assert.deepEqual(await shownFiles(flow), ['half sending']);
    await forgetStateFrom(flow.cluster.client(), optionsOf(flow));
    assert.deepEqual(await sends(flow), ['half']);
    const states = (await list(flow, { newestOnly: false })).map(({ state }) => state);
    assert.deepEqual(states.toSorted(), ['aborted', 'complete']);
    const down = await flow.down();
    assert.deepEqual([down.files, down.open], [1, 0]);
  });

  test('Nothing is changed while the uploader runs, and its host and process are told', async (t) => {
    const flow = await filled();
    const topic = (await flow.cluster.client().describeTopic(flow.topic))!.id;
    living.add('runs');
    t.after(() => living.delete('runs'));
    const lease = { topic, owner: 'runs', host: 'till-7.shops', pid: 812, lasts: 30_000 };
    const { key, value } = encodeLease(flow.uploader, lease);
    await writeState(flow, String(key), String(value));
    const [shop] = await show(flow, { uploader: 'shop' });
    assert.ok(shop?.type === 'uploader' && shop.holder?.isRunning);
    assert.deepEqual([shop.holder.host, shop.holder.pid], ['till-7.shops', 812]);
    const refused = /"shop" is running on till-7.shops \(process 812\): stop it first/;
    const kafka = flow.cluster.client();
    await assert.rejects(forgetStateFrom(kafka, optionsOf(flow)), refused);
    await assert.rejects(rebuildStateFrom(kafka, optionsOf(flow)), refused);
    assert.deepEqual(await shownFiles(flow), ['a sent', 'dir/b sent', 'dir/c sent']);
    await writeState(flow, flow.uploader, null);
    assert.deepEqual(await forgetStateFrom(kafka, optionsOf(flow)), { files: 3 });
    const [after] = await show(flow, { uploader: 'shop' });
    assert.ok(after?.type === 'uploader' && after.holder === undefined, 'the name was not given back');
  });

  test('What the topic holds is found out again, after all or some of it was lost', async () => {
    const flow = await filled();
    const kafka = flow.cluster.client();
    flow.cluster.deleteTopic(stateTopic);
    assert.deepEqual(await rebuildStateFrom(kafka, optionsOf(flow)), { files: 3 });
    assert.deepEqual(await shownFiles(flow), ['a sent', 'dir/b sent', 'dir/c sent']);
    assert.deepEqual(await sends(flow), []);
    await writeState(flow, 'shop/a', null);
    assert.deepEqual(await rebuildStateFrom(kafka, optionsOf(flow)), { files: 1 });
    assert.deepEqual(await rebuildStateFrom(kafka, optionsOf(flow)), { files: 0 });
    assert.deepEqual(await sends(flow), []);
    await assert.rejects(rebuildStateFrom(kafka, { ...optionsOf(flow), topic: 'none' }), /does not exist/);
    assert.equal(await kafka.describeTopic('none'), undefined, 'no topic is made for it');
  });

  test('Damaged records are replaced, and no later run minds them', async () => {
    const flow = await filled();
    await writeState(flow, 'shop/dir/b', '{');
    await writeState(flow, 'shop/never sent', '[]');
    await assert.rejects(flow.up(), /sluice state rebuild makes what it was to say anew/);
    await assert.rejects(forgetStateFrom(flow.cluster.client(), optionsOf(flow)), /state rebuild/);
    const isWhole = async () =>
      (await show(flow)).map((one) => one.type === 'uploader' && [one.uploader, one.isWhole]);
    assert.deepEqual(await isWhole(), [['shop', false]]);
    await rebuildStateFrom(flow.cluster.client(), optionsOf(flow));
    assert.deepEqual(await isWhole(), [['shop', true]], 'what was replaced hides nothing any more');
    assert.deepEqual(await sends(flow), []);
    flow.cluster.compact(stateTopic);
    assert.deepEqual(await sends(flow), []);
    assert.deepEqual(await shownFiles(flow), ['a sent', 'dir/b sent', 'dir/c sent']);
  });

  test('Encrypted names need their key; without it they are shown as hashes, and left alone', async (t) => {
    const { flow, anna } = await encryptedFlow(t);
    const encryptNames = join(dirname(anna.file), 'names.key');
    flow.source.write('secret', noise(900));
    const secret = { encryptTo: [anna.recipient], encryptNames };
    await flow.up(secret);
    const [, hash] = await show(flow, { uploader: 'shop' });
    assert.ok(hash?.type === 'file' && hash.locked);
    assert.match(hash.path, /^[0-9a-f]{64}$/);
    const [, opened] = await show(flow, { uploader: 'shop', identity: [anna.file] });
    assert.ok(opened?.type === 'file' && opened.path === 'secret' && opened.size === 900);
    const kafka = flow.cluster.client();
    await assert.rejects(forgetStateFrom(kafka, optionsOf(flow)), /add --encrypt-names FILE/);
    const other = { ...optionsOf(flow), encryptNames: join(dirname(anna.file), 'none.key') };
    await assert.rejects(forgetStateFrom(kafka, other), /--encrypt-names: .*none.key/);
    assert.deepEqual(await forgetStateFrom(kafka, { ...optionsOf(flow), encryptNames, path: 'secret' }), {
      files: 1,
    });
    assert.equal((await flow.up(secret)).files, 1);
    const warnings: string[] = [];
    await rebuildStateFrom(kafka, {
      ...optionsOf(flow),
      encryptNames,
      onEvent: ({ message }) => void warnings.push(message),
    });
    assert.match(warnings.join(), /\d records of "shop" are encrypted/);
    assert.equal((await flow.up(secret)).files, 0, 'what it knew is remembered all the same');
  });
});
