/** `sluice upload --from s3://…` on a real Kafka and a real S3 server. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { noise } from '../support/bytes.ts';
import { startHttpFaults } from '../support/http-faults.ts';
import { Scope } from '../support/owner.ts';
import { Random } from '../support/random.ts';
import { startS3 } from '../support/s3.ts';
import { runSluice } from '../support/sluice.ts';
import { followSluice } from '../support/sluice-events.ts';
import { accountOf } from '../support/topic-account.ts';
import { waitFor } from '../support/wait.ts';
import { s3Ground } from './s3-ground.ts';

const scope = new Scope();
after(() => scope.close());
const s3 = await startS3(scope);
const env = { ...s3.environment };

const kib = 1024;
const piece = 2 * 1024 * kib;
/** Where packs end and chunks begin, and where ranges do. */
const edges = [0, 1, 4000, 256 * kib, 256 * kib + 1, 1024 * kib, piece - 1, piece, piece + 1, 2 * piece];

/** Of a header `range`, in bytes; 0 without one. */
const rangeStart = (range: string): number => Number(/^bytes=(\d+)/.exec(range)?.[1] ?? 0);

// Most of these wait: for a store, or for a command to begin.
describe('sluice upload --from s3://', { concurrency: 4 }, () => {
  test('Objects of all sizes arrive, each once; a second run sends nothing', async (t) => {
    const ground = await s3Ground(t, s3);
    for (const size of edges) await ground.put(`edges/${size}`, noise(size));
    const odd = ['写真/富士山.jpg', 'a b+c%20?&é<".txt', "d'e/f#g/~h"];
    for (const path of odd) await ground.put(path, noise(100));
    for (let at = 0; at < 150; at += 15)
      await Promise.all(
        Array.from({ length: 15 }, (_, index) =>
          ground.put(`many/${(at + index) % 7}/${at + index}`, noise(at * 30)),
        ),
      );
    const count = edges.length + odd.length + 150;
    const first = await runSluice([...ground.args, '--once'], { env });
    assert.equal(first.code, 0, first.stderr);
    const { closed } = await accountOf(ground);
    assert.deepEqual([closed.size, [...closed.values()].every((times) => times === 1)], [count, true]);
    assert.equal(await ground.faults(), '');
    const second = await runSluice([...ground.args, '--once', '--json'], { env });
    assert.equal(second.code, 0, second.stderr);
    assert.match(second.stdout, new RegExp(`"files":0,.*"unchanged":${count}`));
  });

  test('An uploader that is killed goes on where it was', async (t) => {
    const ground = await s3Ground(t, s3);
    const size = 110_000_000;
    await ground.put('large.bin', noise(size));
    const args = [...ground.args, '--once'];
    // Nothing behind this is read, so that what is killed is not at its end yet.
    const { promise: held, resolve: letGo } = Promise.withResolvers<undefined>();
    const proxy = await startHttpFaults(t, {
      target: s3.port,
      judge: ({ headers: { range = '' } }) => (rangeStart(range) > 0.7 * size ? held : undefined),
    });
    t.after(() => letGo(undefined));
    const through = { ...env, AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${proxy.port}` };
    const uploader = followSluice(args, { env: through });
    t.after(() => uploader.kill());
    const isThere = ({ type, inFlight }: { type: string; inFlight?: unknown }): boolean =>
      type === 'progress' && (inFlight as { done: number }[]).some(({ done }) => done > 0.4 * size);
    await uploader.event(isThere, 'a good part was sent');
    await uploader.kill();
    const last = await runSluice(args, { env });
    assert.equal(last.code, 0, last.stderr);
    const { uploads, chunkBytes } = await accountOf(ground);
    assert.equal(uploads.size, 1, 'both runs went on with one upload');
    assert.ok(chunkBytes - size <= 26e6, `${chunkBytes - size} bytes were sent again`);
    assert.equal(await ground.faults(), '');
  });

  test('Of an object that is replaced while it is read the newest arrives, and never bytes of both', async (t) => {
    const ground = await s3Ground(t, s3);
    const size = 12 * piece;
    await ground.put('replaced', noise(size));
    let ranges = 0;
    const proxy = await startHttpFaults(t, {
      target: s3.port,
      judge: async ({ url = '', headers }) => {
        if (!url.includes('replaced') || headers.range === undefined || ++ranges !== 6) return undefined;
        await ground.put('replaced', noise(size - 5));
        return undefined;
      },
    });
    const endpoint = { AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${proxy.port}` };
    const { code, stdout, stderr } = await runSluice([...ground.args, '--once', '--json'], {
      env: { ...env, ...endpoint },
    });
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      /"not-sent","path":"replaced","reason":"it was replaced or removed while it was read","again":true/,
    );
    assert.equal((await accountOf(ground)).aborts, 1);
    assert.equal(await ground.faults(), '');
  });

  test('Requests that fail are made again by one owner, and all arrives', async (t) => {
    const ground = await s3Ground(t, s3);
    for (let index = 0; index < 40; index++) await ground.put(`small/${index}`, noise(2000));
    await ground.put('large.bin', noise(6 * piece));
    const random = new Random(12);
    const proxy = await startHttpFaults(t, {
      target: s3.port,
      latency: 20,
      judge: () => {
        if (!random.chance(0.15)) return undefined;
        const faults = [
          { status: 500, code: 'InternalError' },
          { status: 503, code: 'SlowDown', retryAfter: 0 },
          'reset',
          { cutAfter: random.below(100_000) },
        ] as const;
        return faults[random.below(faults.length)];
      },
    });
    const endpoint = { AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${proxy.port}` };
    const { code, stderr } = await runSluice([...ground.args, '--once'], { env: { ...env, ...endpoint } });
    assert.equal(code, 0, stderr);
    assert.equal(await ground.faults(), '');
    assert.ok(proxy.faults > 3, `${proxy.faults} of ${proxy.requests} failed`);
    // An opening, a listing, an object each, ranges, a look behind the large one; nothing twice but what failed.
    assert.ok(
      proxy.requests - proxy.faults <= 2 + 41 + 5 + 1,
      `${proxy.requests} requests, of which ${proxy.faults} failed`,
    );
  });

  test('A store that goes away is waited for with a word; what comes later is found by listing', async (t) => {
    const own = await startS3(t);
    const ground = await s3Ground(t, own);
    await ground.put('first', noise(1000));
    const uploader = followSluice([...ground.args, '--scan-interval', '200ms'], { env: own.environment });
    t.after(() => uploader.kill());
    await uploader.event(({ path }) => path === 'first', 'the first was sent');
    await own.kill();
    await uploader.event(
      ({ type, on }) => type === 'waiting' && on === 'source',
      'it was told that the store is away',
    );
    await own.revive();
    await uploader.event(
      ({ type, on }) => type === 'resumed' && on === 'source',
      'it was told that it is back',
    );
    await ground.put('second', noise(1000));
    await uploader.event(({ type, path }) => type === 'sent' && path === 'second', 'the second was sent');
    uploader.child.kill('SIGINT');
    assert.equal((await uploader.ended).code, 130);
    assert.equal(await ground.faults(), '');
  });

  test('A stop while the store is away is a stop, also before anything was read', async (t) => {
    const nobody = { ...env, AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1' };
    const opening = followSluice(['upload', '--from', 's3://bucket', '--topic', 'files'], { env: nobody });
    t.after(() => opening.kill());
    await opening.event(
      ({ type, on }) => type === 'waiting' && on === 'source',
      'it was told that the store is away',
    );
    opening.child.kill('SIGINT');
    const stopped = await opening.ended;
    assert.equal(stopped.code, 130, stopped.stderr);
    const own = await startS3(t);
    const ground = await s3Ground(t, own);
    await ground.put('large', noise(12 * piece));
    let isAway = false;
    const proxy = await startHttpFaults(t, {
      target: own.port,
      judge: ({ headers }) => {
        isAway ||= headers.range?.startsWith(`bytes=${3 * piece}-`) ?? false;
        return isAway ? 'reset' : undefined;
      },
    });
    const endpoint = { AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${proxy.port}` };
    const uploader = followSluice(ground.args, { env: { ...own.environment, ...endpoint } });
    t.after(() => uploader.kill());
    await waitFor(() => isAway && proxy.faults > 2, { what: 'requests that fail' });
    uploader.child.kill('SIGINT');
    const { code, stderr } = await uploader.ended;
    assert.equal(code, 130, stderr);
  });

  test('What no waiting mends ends a run at once, in one line without secrets', async (t) => {
    const ground = await s3Ground(t, s3);
    const there = ground.args.join(' ');
    const table: (readonly [args: string, env: Record<string, string>, line: RegExp])[] = [
      [there.replace(ground.bucket, 'no-such-bucket'), {}, /there is no bucket no-such-bucket/],
      ...(s3.name === 'versitygw'
        ? ([
            [there, { AWS_SECRET_ACCESS_KEY: 'hunter2hunter2' }, /credentials are not right/],
            [`${there} --s3-region us-west-2`, {}, /--s3-region eu-west-1/],
            [`${there} --s3-anonymous`, {}, /leave --s3-anonymous away/],
          ] as const)
        : []),
      [there.replace('s3://', 's3://AKIA:hunter2@'), {}, /has keys in it/],
      [`${there} --generate 1KB`, {}, /--generate makes its files in a folder/],
    ];
    await Promise.all(
      table.map(async ([args, more, line]) => {
        const { code, stdout, stderr } = await runSluice(args.split(' '), { env: { ...env, ...more } });
        assert.equal(code, 2, stderr);
        assert.match(stderr, line);
        assert.match(stderr, /^sluice: [^\n]*\n$/);
        assert.doesNotMatch(stdout + stderr, /hunter2|a-secret/);
      }),
    );
  });

  test('The doctor examines a bucket', async (t) => {
    const ground = await s3Ground(t, s3);
    const doctor = async (from: string) => {
      const reach = ['--bootstrap-servers', ground.bootstrapServers, '--json'];
      const { stdout } = await runSluice(['doctor', '--from', from, ...reach], { env });
      return stdout.split('\n').filter((line) => line.includes('"check":"Source"'));
    };
    assert.match((await doctor(`s3://${ground.bucket}`)).join(''), /"status":"ok",.*has nothing to send/);
    await ground.put('a', noise(10));
    assert.match(
      (await doctor(`s3://${ground.bucket}/in`)).join(''),
      /"status":"ok",.*can be listed and read/,
    );
    assert.match((await doctor('s3://no-such-bucket')).join(''), /"status":"problem",.*there is no bucket/);
  });
});
