/**
 * A downloader onto disks that refuse calls, for good or for a while, for one name or for all, and that somebody meddles with: nothing
 * wrong gets a name, nothing is written elsewhere, nothing is waited for in vain, and all arrives once the disk does what it should.
 */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDiskSink } from '../../src/stores/disk/sink.ts';
import { Flow, md5, noise } from '../support/flow.ts';
import { temporaryFolder } from '../support/folder.ts';
import fc from '../support/properties.ts';
import { type Meddling, OddCalls, type OddDisk, type Refusing } from './disk/odd-calls.ts';
import { parameters } from './parameters.ts';

const forGood = 1e9;
/** What file systems do not have: content is never to wait for it. */
const attribute: fc.Arbitrary<Refusing> = fc.record({
  call: fc.constantFrom('setMode', 'setTimes', 'syncFolder', 'sync', 'syncData'),
  code: fc.constantFrom('EPERM', 'ENOTSUP', 'EINVAL', 'ENOSYS'),
  times: fc.constant(forGood),
});
const oneName: fc.Arbitrary<Refusing> = fc.record({
  call: fc.constant('rename' as const),
  code: fc.constantFrom('EACCES', 'EPERM', 'EISDIR', 'EBUSY', 'ETXTBSY'),
  times: fc.constant(forGood),
  name: fc.constantFrom('large-0', 'b'),
});
const descriptors: fc.Arbitrary<Refusing> = fc.record({
  call: fc.constant('open' as const),
  code: fc.constantFrom('EMFILE', 'ENFILE'),
  times: fc.integer({ min: 1, max: 3 }),
});
const closing: fc.Arbitrary<Refusing> = fc.record({
  call: fc.constant('close' as const),
  code: fc.constantFrom('EIO', 'EDQUOT'),
  times: fc.integer({ min: 1, max: 2 }),
});
const meddling: fc.Arbitrary<Meddling> = fc.record({
  does: fc.constantFrom(
    'changes a part',
    'changes a part',
    'swaps a folder',
    'removes what the sink keeps',
    'lays a link for a part',
  ),
  at: fc.nat({ max: 90 }),
});
const disk: fc.Arbitrary<OddDisk> = fc.record({
  refusals: fc.array(fc.oneof(attribute, attribute, oneName, descriptors, closing), { maxLength: 3 }),
  meddling: fc.option(meddling, { nil: undefined }),
  isCoarse: fc.boolean(),
});

/** What takes longer waits for what will never come. */
const patience = 30_000;

async function filled(): Promise<Flow> {
  const flow = new Flow();
  for (let file = 0; file < 3; file++) flow.source.write(`large-${file}`, noise(3000));
  for (const name of ['a', 'b', 'deep/c', 'deep/d']) flow.source.write(name, noise(100));
  flow.source.write('deep/large-3', noise(3000));
  await flow.up({ packBelow: 200 });
  return flow;
}

/** Path -> digest of what stands there. */
function standing(root: string): Map<string, string> {
  const shop = join(root, 'shop');
  const paths = fs.existsSync(shop) ? fs.readdirSync(shop, { recursive: true, encoding: 'utf8' }) : [];
  const files = paths.filter((path) => fs.lstatSync(join(shop, path)).isFile());
  return new Map(files.map((path) => [path, md5(fs.readFileSync(join(shop, path)))]));
}

async function judge(odd: OddDisk, root: string): Promise<void> {
  const flow = await filled();
  const sent = new Map(Object.entries(flow.sent()));
  const outside = `${root}-outside`;
  for (const folder of [root, outside]) fs.mkdirSync(folder);
  const download = async (calls?: OddCalls): Promise<number> => {
    const signal = AbortSignal.timeout(patience);
    const sink = await openDiskSink(root, calls === undefined ? {} : { calls });
    const summary = await flow.down({ signal }, { sink }).catch((error: unknown) => {
      // It may have to end: a disk that cannot be believed any more, a sink that is not there. By its next run all is to come.
      assert.ok(calls !== undefined && !String(error).includes('fault of Sluice'), String(error));
      return undefined;
    });
    assert.ok(!signal.aborted, 'it waits for what will never come');
    for (const [path, digest] of standing(root))
      assert.equal(digest, sent.get(path), `${path} has wrong bytes`);
    assert.deepEqual(fs.readdirSync(outside), [], 'written elsewhere');
    return summary?.files ?? -1;
  };
  const calls = new OddCalls(root, outside, odd);
  await download(calls);
  const refused = new Set(odd.refusals.map(({ name }) => name));
  if (odd.meddling?.does !== 'swaps a folder')
    for (const { path } of flow.told('failed'))
      assert.ok(refused.has(path), `${path} failed without a reason`);
  calls.mend();
  await download();
  assert.deepEqual(standing(root), sent, 'something is missing');
  assert.equal(await download(), 0, 'something comes again');
}

test('Whatever a disk refuses and whoever meddles with it, files arrive, right and where they belong', async (t) => {
  const place = await temporaryFolder(t);
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(disk, async (odd) => judge(odd, join(place, String(runs++)))),
    parameters({ numRuns: 60, seed: 50 }),
  );
});
