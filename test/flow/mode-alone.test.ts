/** A change of the permission bits alone: of files on real disks, over a cluster in memory. */
import assert from 'node:assert/strict';
import { appendFile, chmod, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { UploadOptions } from '../../src/files/shared/options.ts';
import { openDiskSink } from '../../src/stores/disk/sink.ts';
import { openDiskSource } from '../../src/stores/disk/source.ts';
import { Flow, noise } from '../support/flow.ts';
import { temporaryFolder } from '../support/folder.ts';

const sizes = { empty: 0, small: 10, large: 100_000 } as const;
const names = Object.keys(sizes);

async function onDisk(t: TestContext) {
  const [from, to, other] = [await temporaryFolder(t), await temporaryFolder(t), await temporaryFolder(t)];
  const flow = new Flow({ maxMessageBytes: 20_000 });
  for (const [name, size] of Object.entries(sizes))
    await writeFile(join(from, name), noise(size), { mode: 0o644 });
  return {
    up: async (options: Partial<UploadOptions> = {}) =>
      flow.up({ packBelow: 1000, ...options }, { source: await openDiskSource(from) }),
    down: async (sink = to) => flow.down({}, { sink: await openDiskSink(sink) }),
    chmodAll: async (mode: number) => {
      for (const name of names) await chmod(join(from, name), mode);
    },
    modes: async (sink = to) => {
      const looks = await Promise.all(names.map((name) => stat(join(sink, 'shop', name))));
      return looks.map(({ mode }) => (mode & 0o7777).toString(8));
    },
    other,
  };
}

for (const notTwice of ['auto', 'never'] as const) {
  test(`Another mode is sent, whatever the size of the file (--not-twice ${notTwice})`, async (t) => {
    const { up, down, chmodAll, modes, other } = await onDisk(t);
    await up({ notTwice });
    await down();
    await chmodAll(0o600);
    const { wireBytes } = await up({ notTwice });
    // Where a file is worth it, a record says so; small ones go again.
    assert.equal(wireBytes, notTwice === 'auto' ? sizes.small : sizes.small + sizes.large);
    const { failed, files } = await down();
    assert.deepEqual([failed, files], [0, names.length]);
    assert.deepEqual(await modes(), ['600', '600', '600']);
    // What was received is received once; a new sink has the newest.
    assert.equal((await down()).files, 0);
    await down(other);
    assert.deepEqual(await modes(other), ['600', '600', '600']);
    const again = await up({ notTwice });
    assert.deepEqual([again.files, again.wireBytes], [0, 0]);
  });
}

test('The same mode once more is no change: nothing is sent', async (t) => {
  const { up, chmodAll } = await onDisk(t);
  await up();
  await chmodAll(0o644);
  const { files, records, unchanged } = await up();
  assert.deepEqual([files, records, unchanged], [0, 0, names.length]);
});

test('Another mode of a file that was sent as a delta, or in stripes, is sent too', async (t) => {
  const [from, to] = [await temporaryFolder(t), await temporaryFolder(t)];
  const flow = new Flow({ maxMessageBytes: 1_048_588 });
  const film = join(from, 'film');
  await writeFile(film, noise(3_000_000), { mode: 0o644 });
  const modeAfter = async (options: Partial<UploadOptions>): Promise<string> => {
    await flow.up(options, { source: await openDiskSource(from) });
    const { failed } = await flow.down({}, { sink: await openDiskSink(to) });
    assert.equal(failed, 0);
    return ((await stat(join(to, 'shop', 'film'))).mode & 0o7777).toString(8);
  };
  assert.equal(await modeAfter({ delta: true }), '644');
  await appendFile(film, noise(1000));
  assert.equal(await modeAfter({ delta: true }), '644');
  await chmod(film, 0o600);
  assert.equal(await modeAfter({ delta: true }), '600');
  await writeFile(film, noise(3_000_000));
  assert.equal(await modeAfter({ stripeAbove: 1000 }), '600');
  await chmod(film, 0o640);
  assert.equal(await modeAfter({ stripeAbove: 1000 }), '640');
});
