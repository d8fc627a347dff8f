/** `sluice upload --from azblob://…` on a real Kafka and a real server of Azure Blob Storage. */
import assert from 'node:assert/strict';
import { after, describe, type TestContext, test } from 'node:test';
import { blobNames, startAzure } from '../support/azure.ts';
import { noise } from '../support/bytes.ts';
import { Scope } from '../support/owner.ts';
import { Random } from '../support/random.ts';
import { runSluice } from '../support/sluice.ts';
import { followSluice } from '../support/sluice-events.ts';
import { accountOf } from '../support/topic-account.ts';
import { azureGround, held, tree } from './azure-ground.ts';

const mebibyte = 1024 * 1024;
const piece = 2 * mebibyte;

const scope = new Scope();
after(() => scope.close());
const azure = await startAzure(scope);
const ground = (t: TestContext, server = azure) => azureGround(t, server);

// Most of these wait: for a store, or for a command to begin.
describe('sluice upload --from azblob://', { concurrency: 3 }, () => {
  test('Blobs of all sizes arrive, each once; a second run sends nothing', async (t) => {
    const { env, put, take, faults, topic, bootstrapServers } = await ground(t);
    const edges = [0, 1, 256 * 1024, 256 * 1024 + 1, mebibyte, piece - 1, piece, piece + 1, 2 * piece];
    const files = tree(edges, ['写真/富士山.jpg', 'a b+c%20?&é<".txt', "d'e/f#g/~h"]);
    await put(files);
    const first = await runSluice([...take, '--once'], { env });
    assert.equal(first.code, 0, first.stderr);
    const { closed } = await accountOf({ topic, bootstrapServers });
    assert.deepEqual([closed.size, [...closed.values()].every((times) => times === 1)], [files.size, true]);
    assert.equal(await faults(), '');
    const second = await runSluice([...take, '--once', '--json'], { env });
    assert.equal(second.code, 0, second.stderr);
    assert.match(second.stdout, new RegExp(`"files":0,.*"unchanged":${files.size}`));
  });

  test('An uploader that is killed goes on where it was', async (t) => {
    const { env, put, take, faults, through, topic, bootstrapServers } = await ground(t);
    const size = 60_000_000;
    await put(new Map([['large.bin', noise(size)]]));
    // Nothing behind this is read, so that what is killed is not at its end yet.
    const never = held(t);
    const startOf = (range: unknown): number => Number(/^bytes=(\d+)/.exec(String(range))?.[1] ?? 0);
    const way = await through(({ headers }) =>
      startOf(headers['x-ms-range'] ?? headers.range) > 0.7 * size ? never : undefined,
    );
    const uploader = followSluice([...take, '--once'], { env: way.env });
    t.after(() => uploader.kill());
    await uploader.event(
      ({ type, inFlight }) =>
        type === 'progress' && (inFlight as { done: number }[]).some(({ done }) => done > 0.4 * size),
      'a good part was sent',
    );
    await uploader.kill();
    const last = await runSluice([...take, '--once'], { env });
    assert.equal(last.code, 0, last.stderr);
    const { uploads, chunkBytes } = await accountOf({ topic, bootstrapServers });
    assert.equal(uploads.size, 1, 'both runs went on with one upload');
    assert.ok(chunkBytes - size <= 26e6, `${chunkBytes - size} bytes were sent again`);
    assert.equal(await faults(), '');
  });

  test('Of a blob that is replaced while it is read the newest arrives, and never bytes of both', async (t) => {
    const { put, take, faults, through, topic, bootstrapServers } = await ground(t);
    const size = 12 * piece;
    await put(new Map([['replaced', noise(size)]]));
    let ranges = 0;
    const way = await through(async ({ url = '', method }) => {
      if (method !== 'GET' || !/\/in\/replaced(?:$|\?)/.test(url) || ++ranges !== 6) return undefined;
      await put(new Map([['replaced', noise(size - 5)]]));
      return undefined;
    });
    const { code, stdout, stderr } = await runSluice([...take, '--once', '--json'], { env: way.env });
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      /"not-sent","path":"replaced","reason":"it was replaced or removed while it was read","again":true/,
    );
    assert.equal((await accountOf({ topic, bootstrapServers })).aborts, 1);
    assert.equal(await faults(), '');
  });

  test('Requests that fail while reading are made again by one owner', async (t) => {
    const { put, take, faults, through } = await ground(t);
    const small = Array.from({ length: 40 }, (_, index) => [`small/${index}`, noise(2000)] as const);
    await put(new Map([...small, ['large.bin', noise(6 * piece)]]));
    const random = new Random(12);
    const way = await through(() => {
      if (!random.chance(0.15)) return undefined;
      const kinds = [
        { status: 500, code: 'InternalError' },
        { status: 503, code: 'ServerBusy', retryAfter: 0 },
        'reset',
        { cutAfter: random.below(100_000) },
      ] as const;
      return kinds[random.below(kinds.length)];
    }, 20);
    const { code, stderr } = await runSluice([...take, '--once'], { env: way.env });
    assert.equal(code, 0, stderr);
    assert.equal(await faults(), '');
    const { requests, faults: failed } = way.proxy;
    assert.ok(failed > 3, `${failed} of ${requests} failed`);
    // An opening, a listing, a blob each, ranges, a look behind the large one; nothing twice but what failed.
    assert.ok(requests - failed <= 2 + 41 + 5 + 1, `${requests} requests, of which ${failed} failed`);
  });

  test('A source that goes away is waited for with a word; what comes later is found by listing', async (t) => {
    const own = await startAzure(t);
    const { env, put, take, faults } = await ground(t, own);
    await put(new Map([['first', noise(1000)]]));
    const uploader = followSluice([...take, '--scan-interval', '200ms'], { env });
    t.after(() => uploader.kill());
    await uploader.event(({ path }) => path === 'first', 'the first was sent');
    await own.kill();
    await uploader.event(
      ({ type, on }) => type === 'waiting' && on === 'source',
      'it was told that it is away',
    );
    await own.revive();
    await uploader.event(
      ({ type, on }) => type === 'resumed' && on === 'source',
      'it was told that it is back',
    );
    await put(new Map([['second', noise(1000)]]));
    await uploader.event(({ type, path }) => type === 'sent' && path === 'second', 'the second was sent');
    uploader.child.kill('SIGINT');
    assert.equal((await uploader.ended).code, 130);
    assert.equal(await faults(), '');
  });

  test('What no waiting mends ends a run at once, in one line without secrets', async (t) => {
    const { env, take, fetch, container, write, send } = await ground(t);
    await write(new Map([['a', noise(10)]]));
    await send();
    const wrongKey = Buffer.from('hunter2hunter2').toString('base64');
    const keyed = (key: string) => ({
      AZURE_STORAGE_CONNECTION_STRING: env.AZURE_STORAGE_CONNECTION_STRING.replace(azure.key, key),
    });
    const elsewhere = (args: readonly string[]) =>
      args.map((arg) => arg.replace(container.containerName, 'no-such-container'));
    const nobody = { AZURE_STORAGE_CONNECTION_STRING: '' };
    const table: (readonly [args: readonly string[], more: Record<string, string>, line: RegExp])[] = [
      [elsewhere(take), {}, /there is no container no-such-container/],
      [elsewhere(fetch()), {}, /there is no container no-such-container/],
      [take, keyed(wrongKey), /credentials are not right/],
      [fetch(), keyed(wrongKey), /credentials are not right/],
      [take, nobody, /set AZURE_STORAGE_ACCOUNT/],
    ];
    await Promise.all(
      table.map(async ([args, more, line]) => {
        const once = args.includes('--once') ? args : [...args, '--once'];
        const { code, stdout, stderr } = await runSluice(once, { env: { ...env, ...more } });
        assert.equal(code, 2, stderr);
        assert.match(stderr, line);
        assert.match(stderr, /^sluice: [^\n]*\n$/);
        assert.ok(
          !/hunter2/.test(stdout + stderr) && !stderr.includes(wrongKey) && !stderr.includes(azure.key),
        );
      }),
    );
    assert.deepEqual(await blobNames(container, 'copies/'), []);
  });

  test('The doctor examines a container, as source and as sink', async (t) => {
    const { env, put, container } = await ground(t);
    const place = `azblob://${container.containerName}`;
    const doctor = async (args: readonly string[]) => {
      const { stdout } = await runSluice(['doctor', ...args, '--json'], { env });
      return stdout
        .split('\n')
        .filter((line) => /"check":"(?:Source|Sink)"/.test(line))
        .join('');
    };
    await put(new Map([['a', noise(10)]]));
    const both = await doctor(['--from', `${place}/in`, '--to', `${place}/out`]);
    assert.match(both, /"check":"Source","status":"ok",.*can be listed and read/);
    assert.match(both, /"check":"Sink","status":"ok",.*can be written to, read and removed/);
    assert.match(
      await doctor(['--to', 'azblob://no-such-container']),
      /"status":"problem",.*there is no container/,
    );
    assert.deepEqual(await blobNames(container), ['in/a']);
  });
});
