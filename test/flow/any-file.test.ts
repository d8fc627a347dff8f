/** Files as real file systems have them: of any time, mode and name. Each arrives, or is named and costs no other anything. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SourceFile } from '../../src/stores/contract.ts';
import { MemorySource } from '../../src/stores/memory/source.ts';
import { anyLook, anyPath } from '../support/arbitraries.ts';
import { Flow, md5 } from '../support/flow.ts';
import fc from '../support/properties.ts';

const seconds = (time: bigint): string => String(time * 1_000_000_000n);
/** NTFS's zero, 1653, the end of 2299 and beyond, the first and the last second of 64 bits. */
const oddTimes = [
  -11_644_473_600n,
  -10_003_478_400n,
  10_413_792_000n,
  253_402_214_400n,
  -(2n ** 63n),
  2n ** 63n - 1n,
];

for (const [what, packBelow] of [
  ['in packs', 256 * 1024],
  ['in chunks', 0],
] as const) {
  test(`Files of any time arrive, and so do those beside them, ${what}`, async () => {
    const flow = new Flow({ maxMessageBytes: 64 * 1024 });
    for (let index = 0; index < 50; index++) flow.source.write(`small-${index}`, Buffer.from(`${index}`));
    for (const [index, time] of oddTimes.entries())
      flow.source.write(`odd-${index}`, Buffer.from(`odd ${index}`), { mtime: seconds(time) });
    assert.equal((await flow.up({ packBelow })).failed, 0);
    const { files, failed } = await flow.down();
    assert.deepEqual([files, failed], [56, 0]);
    assert.deepEqual(flow.received(), flow.sent());
    assert.deepEqual(flow.told('refused-record'), []);
    for (const [index, time] of oddTimes.entries())
      assert.equal(flow.disk.files.get(`shop/odd-${index}`)?.mtime, seconds(time));
    const again = await flow.up({ packBelow });
    assert.deepEqual([again.files, again.unchanged], [0, 56]);
  });
}

test('Whatever files there are: what is sent is received, without a record refused', async () => {
  const files = fc.uniqueArray(fc.tuple(anyPath, anyLook, fc.uint8Array({ maxLength: 40 })), {
    selector: ([path]) => path.toLowerCase(),
    maxLength: 8,
  });
  await fc.assert(
    fc.asyncProperty(files, fc.boolean(), async (all, inPacks) => {
      const flow = new Flow({ maxMessageBytes: 64 * 1024 });
      for (const [path, look, bytes] of all) flow.source.write(path, bytes, look);
      const up = await flow.up({ hidden: true, packBelow: inPacks ? 1000 : 0 });
      await flow.down();
      assert.deepEqual(flow.told('refused-record'), []);
      assert.equal(
        up.files + up.failed,
        all.length - flow.source.paths().filter((path) => path.startsWith('.sluice')).length,
      );
      const sent = new Set(flow.told('sent').map(({ path }) => path));
      const [received, refused] = [flow.told('received'), flow.told('failed')];
      assert.deepEqual(new Set([...received, ...refused].map(({ path }) => path)), sent);
    }),
    { numRuns: 60 },
  );
});

/** A source whose file system says that a file has more bytes than a number can count. */
class BoundlessSource extends MemorySource {
  override async look(path: string): Promise<SourceFile | undefined> {
    const file = await super.look(path);
    return file !== undefined && path === 'boundless' ? { ...file, size: 2 ** 62 } : file;
  }
}

test('A file that no record can hold is named and not sent, once, and those beside it are', async () => {
  for (const once of [true, false]) {
    const flow = new Flow({ maxMessageBytes: 64 * 1024 });
    const source = new BoundlessSource();
    source.write('boundless', Buffer.from('x'));
    source.write('beside', Buffer.from('y'));
    const stop = new AbortController();
    const notes: string[] = [];
    let looks = 0;
    const up = flow.up(
      {
        packBelow: 1000,
        once,
        scanInterval: 20,
        signal: stop.signal,
        onEvent: (event) => {
          if (event.type === 'not-sent') notes.push(`${event.path} ${event.again}: ${event.reason}`);
        },
      },
      {
        source: Object.assign(source, {
          list: async function* (...args: Parameters<MemorySource['list']>) {
            if (++looks === 5) stop.abort();
            yield* MemorySource.prototype.list.apply(source, args);
          },
        }),
      },
    );
    const { files, failed } = await up;
    assert.deepEqual([files, failed], [1, 1]);
    assert.equal(notes.length, 1, notes.join('\n'));
    assert.match(notes[0]!, /^boundless false: no record can hold it: the size is /);
    await flow.down();
    assert.deepEqual(flow.received(), { beside: md5(Buffer.from('y')) });
  }
});
