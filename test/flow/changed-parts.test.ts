/** Temporary files in a real folder that somebody changes in place while they are received, or on their way to their names. */
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { DownloadSummary } from '../../src/files/shared/options.ts';
import { DiskCalls } from '../../src/stores/disk/calls.ts';
import { openDiskSink } from '../../src/stores/disk/sink.ts';
import { changeInPlace, touch } from '../support/change-part.ts';
import { type BeforeCall, faultySink } from '../support/faulty-store.ts';
import { Flow, md5, noise } from '../support/flow.ts';
import { temporaryFolder } from '../support/folder.ts';
import { waitFor } from '../support/wait.ts';

const size = 50_000;

interface Ground {
  readonly flow: Flow;
  readonly folder: string;
  /** Where the temporary files are. */
  readonly parts: () => Promise<string[]>;
}

async function ground(t: TestContext): Promise<Ground> {
  const folder = await temporaryFolder(t);
  const flow = new Flow({ partitions: 1 });
  flow.source.write('a', noise(size));
  // In order: of what comes out of order, more is read back.
  await flow.up({ connections: 1 });
  const parts = async (): Promise<string[]> => {
    const names = await readdir(join(folder, '.sluice/parts'));
    return names.map((name) => join(folder, '.sluice/parts', name));
  };
  return { flow, folder, parts };
}

async function arrived({ flow, folder }: Ground, down: DownloadSummary): Promise<void> {
  assert.deepEqual([down.files, down.failed, down.open], [1, 0, 0]);
  assert.equal(md5(await readFile(join(folder, 'shop/a'))), flow.sent().a);
}

function warnings({ flow }: Ground): string[] {
  return flow.told('warning').map(({ message }) => message);
}

/** What is to happen before the calls of a method from the `first` to the `last` one, counted from 1. */
function before(method: string, first: number, last: number, act: () => Promise<void>): BeforeCall {
  let calls = 0;
  return async (call) => {
    if (call.method !== method) return;
    calls++;
    if (calls >= first && calls <= last) await act();
  };
}

test('What is changed in place at any moment is found, and fetched again', async (t) => {
  for (const [method, call] of [
    ['write', 2],
    ['write', 30],
    ['isAsWritten', 1],
    ['publish', 1],
  ] as const) {
    const on = await ground(t);
    const change = before(method, call, call, async () => {
      for (const part of await on.parts()) await changeInPlace(part, 10);
    });
    const down = await on.flow.down({}, { sink: faultySink(await openDiskSink(on.folder), change) });
    await arrived(on, down);
    assert.match(warnings(on)[0] ?? '', /other bytes than were sent; its bytes are fetched again/, method);
  }
});

test('What changes a look and no bytes costs a second reading, and is not told', async (t) => {
  for (const [method, call] of [
    ['write', 2],
    ['publish', 1],
  ] as const) {
    const on = await ground(t);
    let reads = 0;
    const touching = before(method, call, call, async () => {
      for (const part of await on.parts()) await touch(part);
    });
    const sink = faultySink(await openDiskSink(on.folder), async (made) => {
      if (made.method === 'read') reads++;
      await touching(made);
    });
    await arrived(on, await on.flow.down({}, { sink }));
    assert.deepEqual([warnings(on), reads > 0], [[], true]);
  }
});

test('A file that nobody touches is not read back', async (t) => {
  const on = await ground(t);
  const sink = faultySink(await openDiskSink(on.folder), ({ method }) => assert.notEqual(method, 'read'));
  await arrived(on, await on.flow.down({}, { sink }));
});

/** Calls that let somebody act on the first temporary file while that is made durable. */
class SlowSync extends DiskCalls {
  readonly #act: (path: string) => Promise<void>;
  #isDone = false;

  constructor(act: (path: string) => Promise<void>) {
    super(true);
    this.#act = act;
  }

  override async sync(file: number): Promise<void> {
    await super.sync(file);
    const path = await this.pathOf(file);
    if (this.#isDone || !path.includes('/parts/')) return;
    this.#isDone = true;
    await this.#act(path);
  }
}

test('What is changed while it is made durable is found', async (t) => {
  const on = await ground(t);
  const calls = new SlowSync((path) => changeInPlace(path, 10));
  await arrived(on, await on.flow.down({}, { sink: await openDiskSink(on.folder, { calls }) }));
  assert.match(warnings(on)[0] ?? '', /fetched again/);
});

test('A file that somebody changes all the time is given up, and named', async (t) => {
  const on = await ground(t);
  const change = before('publish', 1, 1000, async () => {
    for (const part of await on.parts()) await touch(part);
  });
  const down = await on.flow.down({}, { sink: faultySink(await openDiskSink(on.folder), change) });
  assert.deepEqual([down.files, down.failed], [0, 1]);
  assert.match(on.flow.told('failed')[0]?.message ?? '', /somebody keeps changing its temporary file/);
});

test('What is kept because of its name, and changed meanwhile, is fetched again', async (t) => {
  const on = await ground(t);
  await mkdir(join(on.folder, 'shop/a'), { recursive: true });
  const stop = new AbortController();
  const running = on.flow.down(
    { once: false, signal: stop.signal, commitInterval: 10 },
    { sink: await openDiskSink(on.folder) },
  );
  await waitFor(() => on.flow.told('failed').length === 1);
  for (const part of await on.parts()) await changeInPlace(part, 10);
  await rmdir(join(on.folder, 'shop/a'));
  await waitFor(() => on.flow.told('received').length === 1);
  stop.abort();
  await arrived(on, await running);
  assert.match(warnings(on)[0] ?? '', /other bytes than were sent; its bytes are fetched again/);
});

test('A small file that was changed during a pause of the process is written anew', async (t) => {
  const folder = await temporaryFolder(t);
  const flow = new Flow({ partitions: 1 });
  for (const path of ['a', 'b', 'c']) flow.source.write(path, noise(300));
  await flow.up({ packBelow: 400 });
  const now = performance.now.bind(performance);
  let pause = 0;
  t.mock.method(performance, 'now', () => now() + pause);
  let changed = '';
  const calls = new SlowSync(async (path) => {
    changed = path;
    await changeInPlace(path, 10);
    pause = 2000;
  });
  const down = await flow.down({}, { sink: await openDiskSink(folder, { calls }) });
  assert.deepEqual([down.files, down.failed], [3, 0]);
  assert.match(changed, /whole-/);
  const digests = ['a', 'b', 'c'].map(async (path) => [
    path,
    md5(await readFile(join(folder, 'shop', path))),
  ]);
  assert.deepEqual(Object.fromEntries(await Promise.all(digests)), flow.sent());
});
