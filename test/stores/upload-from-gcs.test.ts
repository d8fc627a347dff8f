/** `sluice upload --from gs://…` on a real Kafka and a server of Google's kind. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { noise } from '../support/bytes.ts';
import { startGcs } from '../support/gcs.ts';
import { startGoogleTokens } from '../support/google-tokens.ts';
import { Scope } from '../support/owner.ts';
import { Random } from '../support/random.ts';
import { runSluice } from '../support/sluice.ts';
import { followSluice } from '../support/sluice-events.ts';
import { accountOf } from '../support/topic-account.ts';
import { gcsStage } from './gcs-stage.ts';

const scope = new Scope();
after(() => scope.close());
const gcs = await startGcs(scope);

const kib = 1024;
const piece = 2 * 1024 * kib;
/** Where packs end and chunks begin, and where ranges do. */
const edges = [0, 1, 4000, 256 * kib, 256 * kib + 1, 1024 * kib, piece - 1, piece, piece + 1, 2 * piece];

/** Of a header `range`, in bytes; 0 without one. */
const rangeStart = (range: string): number => Number(/^bytes=(\d+)/.exec(range)?.[1] ?? 0);

// Most of these wait: for a store, or for a command to begin.
describe('sluice upload --from gs://', { concurrency: 3 }, () => {
  test('Objects of all sizes arrive, each once; a second run sends nothing', async (t) => {
    const stage = await gcsStage(t, gcs);
    for (const size of edges) await stage.put(`edges/${size}`, noise(size));
    for (const path of ['写真/富士山.jpg', 'a b+c%20?&é<".txt', "d'e/f#g/~h"])
      await stage.put(path, noise(100));
    await Promise.all(
      Array.from({ length: 60 }, (_, at) => stage.put(`many/${at % 7}/${at}`, noise(at * 30))),
    );
    const count = Object.keys(stage.expected).length;
    const first = await runSluice([...stage.args, '--once'], { env: stage.env });
    assert.equal(first.code, 0, first.stderr);
    const { closed } = await accountOf(stage);
    assert.deepEqual([closed.size, [...closed.values()].every((times) => times === 1)], [count, true]);
    assert.deepEqual(await stage.fetched(), stage.expected);
    const second = await runSluice([...stage.args, '--once', '--json'], { env: stage.env });
    assert.equal(second.code, 0, second.stderr);
    assert.match(second.stdout, new RegExp(`"files":0,.*"unchanged":${count}`));
  });

  test('An uploader that is killed goes on where it was', async (t) => {
    const stage = await gcsStage(t, gcs);
    const size = 50_000_000;
    await stage.put('large.bin', noise(size));
    // Nothing behind this is read, so that what is killed is not at its end yet.
    const { promise: held, resolve: letGo } = Promise.withResolvers<undefined>();
    t.after(() => letGo(undefined));
    const { env } = await stage.through(({ headers: { range = '' } }) =>
      rangeStart(range) > 0.7 * size ? held : undefined,
    );
    const uploader = followSluice([...stage.args, '--once'], { env });
    t.after(() => uploader.kill());
    const isThere = ({ type, inFlight }: { type: string; inFlight?: unknown }): boolean =>
      type === 'progress' && (inFlight as { done: number }[]).some(({ done }) => done > 0.4 * size);
    await uploader.event(isThere, 'a good part was sent');
    await uploader.kill();
    const last = await runSluice([...stage.args, '--once'], { env: stage.env });
    assert.equal(last.code, 0, last.stderr);
    const { uploads, chunkBytes } = await accountOf(stage);
    assert.equal(uploads.size, 1, 'both runs went on with one upload');
    assert.ok(chunkBytes - size <= 26e6, `${chunkBytes - size} bytes were sent again`);
    assert.deepEqual(await stage.fetched(), stage.expected);
  });

  test('Of an object that is replaced while it is read the newest arrives, and never bytes of both', async (t) => {
    const stage = await gcsStage(t, gcs);
    const size = 12 * piece;
    await stage.put('replaced', noise(size));
    let ranges = 0;
    const { env } = await stage.through(async ({ url = '', headers }) => {
      if (!url.includes('replaced') || headers.range === undefined || ++ranges !== 6) return undefined;
      await stage.put('replaced', noise(size - 5));
      return undefined;
    });
    const { code, stdout, stderr } = await runSluice([...stage.args, '--once', '--json'], { env });
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      /"not-sent","path":"replaced","reason":"it was replaced or removed while it was read","again":true/,
    );
    assert.equal((await accountOf(stage)).aborts, 1);
    assert.deepEqual(await stage.fetched(), stage.expected);
  });

  test('Requests that fail are made again by one owner, and all arrives', async (t) => {
    const stage = await gcsStage(t, gcs);
    for (let index = 0; index < 40; index++) await stage.put(`small/${index}`, noise(2000));
    await stage.put('large.bin', noise(6 * piece));
    const random = new Random(12);
    const { proxy, env } = await stage.through(() => {
      if (!random.chance(0.15)) return undefined;
      const faults = [
        { status: 500, code: 'backendError' },
        { status: 429, code: 'rateLimitExceeded', retryAfter: 0 },
        'reset',
        { cutAfter: random.below(100_000) },
      ] as const;
      return faults[random.below(faults.length)];
    }, 20);
    const { code, stderr } = await runSluice([...stage.args, '--once'], { env });
    assert.equal(code, 0, stderr);
    assert.deepEqual(await stage.fetched(), stage.expected);
    assert.ok(proxy.faults > 3, `${proxy.faults} of ${proxy.requests} failed`);
    // An opening, a listing, an object each, ranges, a look behind the large one; nothing twice but what failed.
    assert.ok(
      proxy.requests - proxy.faults <= 2 + 41 + 5 + 1,
      `${proxy.requests} requests, of which ${proxy.faults} failed`,
    );
  });

  test('A store that goes away is waited for with a word; what comes later is found by listing', async (t) => {
    const own = await startGcs(t);
    const stage = await gcsStage(t, own);
    await stage.put('first', noise(1000));
    const uploader = followSluice([...stage.args, '--scan-interval', '200ms'], { env: stage.env });
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
    await stage.put('second', noise(1000));
    await uploader.event(({ type, path }) => type === 'sent' && path === 'second', 'the second was sent');
    uploader.child.kill('SIGINT');
    assert.equal((await uploader.ended).code, 130);
    assert.deepEqual(await stage.fetched(), stage.expected);
  });

  test('Credentials are found where Google’s users have them; what they may not do ends the run, in one line without secrets', async (t) => {
    const own = await startGcs(t);
    const stage = await gcsStage(t, own);
    await stage.put('a', noise(1000));
    const tokens = await startGoogleTokens(t, 'ya29.a-secret');
    const refusal = (status: number, reason: string) => ({
      status,
      body: JSON.stringify({ error: { message: reason, errors: [{ reason }] } }),
    });
    own.keep(({ headers: { authorization } }) =>
      authorization === 'Bearer ya29.a-secret' ? undefined : refusal(401, 'authError'),
    );
    const args = [...stage.args, '--once', '--gs-endpoint', own.endpoint];
    const run = (more: Readonly<Record<string, string>>) =>
      runSluice(args, { env: { ...stage.env, STORAGE_EMULATOR_HOST: '', ...more } });
    const sent = await run(tokens.identity);
    assert.equal(sent.code, 0, sent.stderr);
    assert.deepEqual(await stage.fetched(), stage.expected);
    const refused = async (line: RegExp, more: Readonly<Record<string, string>> = tokens.identity) => {
      const { code, stdout, stderr } = await run(more);
      assert.equal(code, 2, stderr);
      assert.match(stderr, line);
      assert.match(stderr, /^sluice: [^\n]*\n$/);
      assert.doesNotMatch(stdout + stderr, /a-secret/);
    };
    own.keep(() => refusal(403, 'forbidden'));
    await refused(
      /access is denied \(403 forbidden\): give these credentials the role that docs\/stores\.md names/,
    );
    own.keep(() => refusal(401, 'authError'));
    await refused(/Google does not take these credentials/);
    tokens.give(undefined);
    await refused(/Google does not take these credentials \(invalid_grant\)/);
    await refused(/there are no Google credentials/, {
      METADATA_SERVER_DETECTION: 'none',
      CLOUDSDK_CONFIG: '/nowhere',
    });
  });

  test('The doctor examines a bucket, as a source and as a sink', async (t) => {
    const stage = await gcsStage(t, gcs);
    const doctor = async (flag: string, place: string): Promise<string> => {
      const args = ['doctor', flag, place, '--bootstrap-servers', stage.bootstrapServers, '--json'];
      const { stdout } = await runSluice(args, { env: stage.env });
      return stdout
        .split('\n')
        .filter((line) => /"check":"(?:Source|Sink)"/.test(line))
        .join('');
    };
    const place = `gs://${stage.bucket}/in`;
    assert.match(await doctor('--from', place), /"status":"ok",.*has nothing to send/);
    await stage.put('a', noise(10));
    assert.match(await doctor('--from', place), /"status":"ok",.*can be listed and read/);
    assert.match(await doctor('--to', place), /"status":"ok",.*can be written to, read and removed from/);
    assert.deepEqual(await gcs.keys(stage.bucket), ['in/a']);
    assert.match(await doctor('--to', 'gs://no-such-bucket'), /"status":"problem",.*there is no bucket/);
  });
});
