import assert from 'node:assert/strict';
import { open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Flow, md5, noise } from '../../../test/support/flow.ts';
import { smallDisk } from '../../../test/support/small-disk.ts';
import { waitFor } from '../../../test/support/wait.ts';
import { digestOf } from '../../records/checksum.ts';
import { openDiskSink } from './sink.ts';

/** Writes until nothing more fits. */
async function fill(file: string): Promise<void> {
  const handle = await open(file, 'w');
  try {
    for (const piece of [Buffer.alloc(65_536), Buffer.alloc(4096)]) {
      await assert.rejects(
        async () => {
          for (;;) await handle.writeFile(piece);
        },
        { code: 'ENOSPC' },
      );
    }
  } finally {
    await handle.close();
  }
}

const look = { mtime: '1', mode: 0o644 };

// Where nothing may be mounted there is no small disk, and test/flow/sink-faults.test.ts stands for these.

test('A full disk: files, temporary files and the journal throw ENOSPC, and all works again when there is room', async (t) => {
  const disk = await smallDisk(t, 2);
  if (disk === undefined) return t.diagnostic('nothing may be mounted here');
  const sink = await openDiskSink(disk.folder);
  t.after(() => sink.close());
  const bytes = noise(50_000);
  const published = { upload: '0'.repeat(32), size: bytes.length, digest: digestOf('md5', bytes) };
  await sink.publishWhole(bytes, 'shop/before', look, published);
  const filler = join(disk.folder, 'filler');
  await fill(filler);
  const full = { code: 'ENOSPC' };
  await assert.rejects(sink.publishWhole(bytes, 'shop/after', look, published), full);
  await assert.rejects(sink.part('1'.repeat(32)).write(bytes, 0), full);
  const rows = Array.from({ length: 300 }, (_, index) => ({
    upload: index.toString(16).padStart(32, '0'),
    uploader: 'shop',
    path: `p${index}`,
    size: 100,
    ranges: Array.from({ length: 50 }, (_, range): [number, number] => [2 * range, 2 * range + 1]),
    close: undefined,
    topic: '',
    seen: [],
  }));
  await assert.rejects(sink.checkpoint(rows), (error: NodeJS.ErrnoException) => {
    return error.code === 'ENOSPC' && error.errno !== undefined;
  });
  assert.deepEqual(await sink.published('shop/before'), published);
  await rm(filler);
  await sink.checkpoint(rows);
  await sink.publishWhole(bytes, 'shop/after', look, published);
  assert.deepEqual((await readdir(join(disk.folder, 'shop'))).toSorted(), ['after', 'before']);
});

test('A download onto a full disk waits, says what is missing, and goes on by itself', async (t) => {
  const disk = await smallDisk(t, 2);
  if (disk === undefined) return t.diagnostic('nothing may be mounted here');
  const flow = new Flow({ maxMessageBytes: 65_536 });
  for (let index = 0; index < 6; index++) flow.source.write(`large${index}`, noise(600_000));
  for (let index = 0; index < 50; index++) flow.source.write(`small${index}`, noise(5000));
  await flow.up({ packBelow: 10_000 });
  const running = flow.down({ commitInterval: 20 }, { sink: await openDiskSink(disk.folder) });
  const waiting = await waitFor(() => flow.told('waiting')[0]);
  assert.equal(waiting.on, 'disk');
  assert.match(waiting.message, /full: .* needed at least and .* free/);
  await disk.resize(16);
  const down = await running;
  assert.deepEqual([down.files, down.failed, down.open], [56, 0, 0]);
  for (const [path, digest] of Object.entries(flow.sent())) {
    assert.equal(md5(await readFile(join(disk.folder, 'shop', path))), digest);
  }
  assert.equal(flow.told('resumed').at(-1)?.on, 'disk');
});
