import assert from 'node:assert/strict';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { downloadTo } from '../../src/files/download.ts';
import { openDiskSink } from '../../src/stores/disk/sink.ts';
import { SinkLostError } from '../../src/stores/sink-lost.ts';
import { Flow, md5, noise } from '../support/flow.ts';
import { temporaryFolder } from '../support/folder.ts';
import { waitFor } from '../support/wait.ts';

/** A downloader that watches, into a folder, and opens it again when it is lost. */
async function watching(t: TestContext) {
  // What is registered first is done first: the downloader ends before its folder is removed for good.
  let end = async (): Promise<void> => {};
  t.after(() => end());
  const to = await temporaryFolder(t);
  const flow = new Flow();
  const stop = new AbortController();
  const kafka = flow.cluster.client();
  await flow.prepare(kafka);
  let sink = await openDiskSink(to);
  const reopen = async () => {
    await sink.close();
    sink = await openDiskSink(to);
    return sink;
  };
  const options = {
    ...{ kafka: {}, topic: flow.topic, to, name: 'office', commitInterval: 10, signal: stop.signal },
    onEvent: (event: (typeof flow.downloadEvents)[number]) => flow.downloadEvents.push(event),
  };
  const running = downloadTo(kafka, sink, options, reopen);
  end = async () => {
    stop.abort();
    await running;
    await sink.close();
    await kafka.close();
  };
  const write = async (path: string, size: number): Promise<void> => {
    flow.source.write(path, noise(size));
    await flow.up({ packBelow: 200 });
  };
  const stands = async (path: string): Promise<boolean> => {
    const bytes = await readFile(join(to, 'shop', path)).catch(() => undefined);
    return bytes !== undefined && md5(bytes) === md5(flow.source.bytes(path));
  };
  return { to, flow, write, stands };
}

// They wait for the next look at what is there.
describe('A sink that is lost while files come', { concurrency: true }, () => {
  for (const [what, lose] of [
    [
      'Its folder is removed and made anew',
      async (to: string) => {
        // Its journal may come back into a folder that is being emptied.
        await rm(to, { recursive: true, maxRetries: 5 });
        await mkdir(to);
      },
    ],
    [
      'Its folder is moved away and made anew',
      async (to: string) => {
        await rename(to, `${to}-moved`);
        await mkdir(to);
      },
    ],
    [
      'Its own folder is removed',
      async (to: string) => rm(join(to, '.sluice'), { recursive: true, maxRetries: 5 }),
    ],
  ] as const) {
    test(`${what}: that is noticed, said, and all arrives there by itself`, async (t) => {
      const { to, flow, write, stands } = await watching(t);
      t.after(() => rm(`${to}-moved`, { recursive: true, force: true }));
      await write('before', 3000);
      await write('small', 50);
      await waitFor(async () => (await stands('before')) && (await stands('small')));
      await lose(to);
      await write('after', 3000);
      await write('little', 50);
      for (const path of ['before', 'small', 'after', 'little']) await waitFor(() => stands(path));
      const warnings = flow
        .told('warning')
        .filter(({ message }) => /somebody removed .*begun anew/.test(message));
      assert.equal(warnings.length, 1);
      assert.equal(flow.told('failed').length, 0);
    });
  }

  test('The folder of temporary files alone is made again, and nothing is begun anew', async (t) => {
    const { to, flow, write, stands } = await watching(t);
    await write('before', 3000);
    await waitFor(() => stands('before'));
    await rm(join(to, '.sluice/parts'), { recursive: true });
    await write('after', 3000);
    await write('little', 50);
    for (const path of ['after', 'little']) await waitFor(() => stands(path));
    // A chunk that met it missing is fetched again, and that is told.
    const others = flow
      .told('warning')
      .filter(({ message }) => !message.includes('its bytes are fetched again'));
    assert.deepEqual(others, []);
  });
});

const look = { mtime: '1700000000123456000', mode: 0o644 };

test('A page of the journal that is damaged is met late, set aside, and the next sink begins anew', async (t) => {
  const folder = await temporaryFolder(t);
  const first = await openDiskSink(folder);
  for (let index = 0; index < 2000; index++) {
    const published = { upload: String(index).padStart(32, '0'), size: 1, digest: `md5:${'0'.repeat(32)}` };
    await first.publishWhole(Buffer.from('x'), `shop/${index}`, look, published);
  }
  await first.checkpoint([]);
  await first.close();
  const journal = join(folder, '.sluice/journal.db');
  const { size } = await stat(journal);
  const file = await open(journal, 'r+');
  // All but the first page and those of the smallest tables.
  for (let at = 8 * 4096; at < size; at += 4096) await file.write(Buffer.alloc(4096, 0xee), 0, 4096, at);
  await file.close();
  const second = await openDiskSink(folder);
  const { id } = second;
  const lost = async (): Promise<void> => {
    for (let index = 0; index < 2000; index++) await second.published(`shop/${index}`);
  };
  await assert.rejects(
    lost,
    (error) => error instanceof SinkLostError && /was set aside/.test(error.message),
  );
  await second.close();
  const third = await openDiskSink(folder);
  assert.notEqual(third.id, id);
  assert.equal(await third.published('shop/7'), undefined);
  await third.checkpoint([]);
  await third.close();
  const names = await readdir(join(folder, '.sluice'));
  assert.ok(names.some((name) => name.startsWith('journal.db.damaged-')));
});
