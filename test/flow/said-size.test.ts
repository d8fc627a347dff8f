/** Files whose size is not what reading gives: of /proc and sysfs, and such as grow while they are read. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OpenFile } from '../../src/stores/contract.ts';
import { openDiskSource } from '../../src/stores/disk/source.ts';
import { MemorySource } from '../../src/stores/memory/source.ts';
import { Flow, noise } from '../support/flow.ts';

/** Says another size of `odd` than reading gives. */
class OddSource extends MemorySource {
  readonly #said: number;

  constructor(said: number) {
    super();
    this.#said = said;
  }

  override async look(path: string) {
    const file = await super.look(path);
    return file !== undefined && path === 'odd' ? { ...file, size: this.#said } : file;
  }

  override async open(path: string): Promise<OpenFile> {
    const file = await super.open(path);
    return { ...file, look: async () => (path === 'odd' ? (await this.look(path))! : file.look()) };
  }
}

test('A file that gives more or less than its size is named and not sent, and those beside it are', async () => {
  for (const packBelow of [0, 1000]) {
    for (const [said, reason] of [
      [0, /reading gives more than its size of 0 bytes/],
      [60, /reading gives more than its size of 60 bytes/],
      [140, /reading gives fewer than its size of 140 bytes/],
    ] as const) {
      const flow = new Flow({ maxMessageBytes: 64 * 1024 });
      const source = new OddSource(said);
      source.write('odd', noise(100));
      source.write('beside', noise(100));
      source.write('empty', noise(0));
      const up = await flow.up({ packBelow }, { source });
      assert.deepEqual([up.files, up.failed], [2, 1]);
      const told = flow.told('not-sent');
      assert.ok(told.every(({ path }) => path === 'odd'));
      assert.match(told.at(-1)!.reason, reason);
      await flow.down();
      assert.deepEqual(Object.keys(flow.received()), ['beside', 'empty']);
    }
  }
});

test('Files of /proc are not sent empty', async () => {
  const flow = new Flow({ maxMessageBytes: 64 * 1024 });
  const source = await openDiskSource('/proc/self');
  const up = await flow.up(
    {
      packBelow: 1000,
      include: ['status', 'limits'],
      exclude: ['task', 'net', 'map_files', 'fd', 'fdinfo', 'ns', 'attr'],
    },
    { source },
  );
  assert.deepEqual([up.files, up.failed], [0, 2]);
  assert.match(flow.told('not-sent').at(-1)!.reason, /as in \/proc/);
});
