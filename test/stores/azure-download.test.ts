/** Downloads into a container from end to end: spawned commands, a real Kafka, a real server of Azure Blob Storage. */
import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { after, describe, type TestContext, test } from 'node:test';
import { blobNames, startAzure, unfinishedBlobs } from '../support/azure.ts';
import { noise } from '../support/bytes.ts';
import { Scope } from '../support/owner.ts';
import { Random } from '../support/random.ts';
import { runSluice } from '../support/sluice.ts';
import { followSluice } from '../support/sluice-events.ts';
import { azureGround, held, tree } from './azure-ground.ts';

const block = 5 * 1024 * 1024;

const scope = new Scope();
after(() => scope.close());
const azure = await startAzure(scope);
const ground = (t: TestContext, server = azure) => azureGround(t, server);

function summaryOf(stdout: string): Record<string, number> {
  return JSON.parse(stdout.split('\n').findLast((line) => line.includes('"summary"')) ?? '{}');
}

/** The number of the block that a request sends; 0 for all others. */
function blockOf({ url = '' }: { readonly url?: string | undefined }): number {
  const id = new URL(url, 'http://store').searchParams.get('blockid');
  return id === null ? 0 : Buffer.from(id, 'base64').readUInt32BE(16);
}

// Most of these wait: for a store, or for a command to begin.
describe('sluice download --to azblob://', { concurrency: 3 }, () => {
  test('A tree of sizes about those of blocks, and of odd names, stands in a container; read again, nothing is written', async (t) => {
    const { container, env, write, send, fetch, stands, pathOf } = await ground(t);
    const sizes = [0, 1, 4000, 70_000, block - 1, block, block + 1, 23_000_000];
    const files = tree(sizes, ['größe €.txt', 'a b+c%20&?#.jpg', "it's (1).png", '写真.jpg']);
    await write(files);
    await send();
    const first = await runSluice([...fetch(), '--json'], { env });
    assert.equal(first.code, 0, first.stderr);
    assert.deepEqual(await blobNames(container, 'copies/shop/'), [...files.keys()].toSorted());
    await stands();
    assert.deepEqual(await unfinishedBlobs(container), []);
    for (const path of files.keys()) {
      const { metadata = {} } = await container.getBlobClient(`copies/shop/${path}`).getProperties();
      const { mtimeMs } = await stat(pathOf(path));
      assert.ok(Math.abs(Number(metadata.mtime) * 1000 - mtimeMs) < 1, path);
      assert.match(metadata.sluice_digest ?? '', /^sha256:/);
    }
    const again = await runSluice([...fetch(), '--json', '--reset'], { env });
    assert.equal(again.code, 0, again.stderr);
    const { files: written, unchanged } = summaryOf(again.stdout);
    assert.deepEqual([written, unchanged], [0, files.size]);
  });

  test('Names that Azure would make others of are written so that none meets another', async (t) => {
    const { container, env, write, send, fetch } = await ground(t);
    const names = ['a', 'a.', 'b\\c', 'b/c', 'línea\nnueva', 'd%5Ce'];
    await write(new Map(names.map((name) => [name, Buffer.from(name)])));
    await send();
    const { code, stderr } = await runSluice(fetch(), { env });
    assert.equal(code, 0, stderr);
    const found = await blobNames(container, 'copies/shop/');
    assert.deepEqual(found, ['a', 'a%2E', 'b%5Cc', 'b/c', 'd%255Ce', 'línea%0Anueva']);
    const text = await container.getBlobClient('copies/shop/a%2E').downloadToBuffer();
    assert.equal(String(text), 'a.');
  });

  test('A downloader that is killed inside a file leaves nothing to be seen, and the next run fetches it', async (t) => {
    const { container, env, write, send, fetch, stands, through } = await ground(t);
    const size = 40_000_000;
    await write(new Map([['large.bin', noise(size)]]));
    await send();
    // The store takes no block behind the sixth, so that what is killed is not at its end yet.
    const never = held(t);
    const way = await through((request) => (blockOf(request) > 6 ? never : undefined));
    for (const share of [0.2, 0.6]) {
      const run = followSluice(fetch(), { env: way.env });
      await run.event(
        ({ type, bytesDone }) => type === 'progress' && Number(bytesDone) >= share * size,
        `${share} of it had come`,
      );
      await run.kill();
      assert.deepEqual(await blobNames(container, 'copies/shop/'), []);
    }
    const last = await followSluice(fetch(), { env }).ended;
    assert.equal(last.code, 0, last.stderr);
    assert.deepEqual(await blobNames(container, 'copies/shop/'), ['large.bin']);
    await stands();
    // Making the blob ended what the others had left.
    assert.deepEqual(await unfinishedBlobs(container), []);
  });

  test('One request in ten that fails is tried again, and all files arrive', async (t) => {
    const { env: _, write, send, fetch, stands, through, container } = await ground(t);
    const files = tree([20_000_000, 3000, 0, 6_000_000], []);
    await write(files);
    await send();
    const random = new Random(7);
    const way = await through(() => {
      const chance = random.next();
      if (chance > 0.1) return undefined;
      if (chance > 0.06) return { status: 503, code: 'ServerBusy', retryAfter: 0 };
      return chance > 0.03 ? { status: 500, code: 'InternalError' } : 'reset';
    });
    const ended = await followSluice(fetch(), { env: way.env }).ended;
    assert.equal(ended.code, 0, ended.stderr);
    assert.ok(way.proxy.faults > 0, `${way.proxy.faults} of ${way.proxy.requests} failed`);
    assert.equal((await blobNames(container, 'copies/shop/')).length, files.size);
    await stands();
  });

  test('A store that goes away is waited for, with a word, and the file arrives', async (t) => {
    const { write, send, fetch, stands, through, container } = await ground(t);
    await write(new Map([['large.bin', noise(40_000_000)]]));
    await send();
    let isAway = false;
    const way = await through((request) => {
      isAway ||= blockOf(request) === 5;
      return isAway && !isBack ? 'reset' : undefined;
    });
    let isBack = false;
    const run = followSluice(fetch(), { env: way.env });
    t.after(() => run.kill());
    await run.event(({ type }) => type === 'waiting', 'it waited');
    isBack = true;
    await run.event(({ type }) => type === 'resumed', 'it went on');
    const ended = await run.ended;
    assert.equal(ended.code, 0, ended.stderr);
    assert.deepEqual(await blobNames(container, 'copies/shop/'), ['large.bin']);
    await stands();
  });

  test('Two downloaders fill one container, each by its own name', async (t) => {
    const { env, write, send, fetch, stands, container } = await ground(t);
    const files = tree([20_000_000, 3000, 10, 6_000_000], []);
    await write(files);
    await send();
    const both = await Promise.all(['one', 'other'].map((name) => runSluice(fetch(name), { env })));
    for (const { code, stderr } of both) assert.equal(code, 0, stderr);
    assert.equal((await blobNames(container, 'copies/shop/')).length, files.size);
    await stands();
  });
});
