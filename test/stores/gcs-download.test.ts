/** Downloads into a bucket of Google's from end to end: spawned commands, a real Kafka, a server of its kind. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { noise } from '../support/bytes.ts';
import { startGcs } from '../support/gcs.ts';
import { Scope } from '../support/owner.ts';
import { Random } from '../support/random.ts';
import { runSluice } from '../support/sluice.ts';
import { followSluice } from '../support/sluice-events.ts';
import { gcsStage } from './gcs-stage.ts';

const scope = new Scope();
after(() => scope.close());
const gcs = await startGcs(scope);

const mebibyte = 1024 * 1024;
const part = 5 * mebibyte;

/** The first byte that a request carries of a file, by its `Content-Range`; -1 where it carries none. */
function firstByte(range: string | undefined): number {
  const from = /^bytes (\d+)-/.exec(range ?? '')?.[1];
  return from === undefined ? -1 : Number(from);
}

// Most of these wait: for a store, or for a command to begin.
describe('sluice download --to gs://', { concurrency: 3 }, () => {
  test('A tree of sizes about those of parts, and of odd names, stands in a bucket; read again, nothing is written', async (t) => {
    const stage = await gcsStage(t, gcs);
    for (const size of [0, 1, 4000, 70_000, part - 1, part, part + 1, 2 * part + 256 * 1024, 13_000_000])
      await stage.put(`sizes/${size}.bin`, noise(size), 'folder');
    for (const name of ['größe €.txt', 'a b+c%20&?#.jpg', "it's (1).png", 'línea\nnueva'])
      await stage.put(`names/${name}`, noise(100), 'folder');
    await stage.upload();
    const first = await runSluice([...stage.download(), '--json'], { env: stage.env });
    assert.equal(first.code, 0, first.stderr);
    assert.deepEqual(await stage.copies(), stage.expected);
    assert.deepEqual(gcs.sessions.keys(stage.bucket), []);
    const verified = await runSluice(['verify', '--to', `gs://${stage.bucket}/copies`], { env: stage.env });
    assert.equal(verified.code, 0, verified.stderr);
    assert.match(verified.stderr, /^13 files right/);
    const writes: string[] = [];
    const { env } = await stage.through(({ method = '', url = '' }) => {
      if (method !== 'GET' && !/%2F\.sluice%2F/.test(url)) writes.push(`${method} ${url}`);
      return undefined;
    });
    const again = await runSluice([...stage.download(), '--reset'], { env });
    assert.equal(again.code, 0, again.stderr);
    assert.deepEqual(
      writes.filter((write) => !/uploadType=multipart/.test(write)),
      [],
    );
    assert.deepEqual(await stage.copies(), stage.expected);
  });

  test('A downloader that is killed inside a file leaves nothing to be seen, and the next run has it all', async (t) => {
    const stage = await gcsStage(t, gcs);
    const size = 8 * part;
    await stage.put('large.bin', noise(size), 'folder');
    await stage.upload();
    // Nothing behind this goes up, so that what is killed is not at its end yet.
    const { promise: held, resolve: letGo } = Promise.withResolvers<undefined>();
    t.after(() => letGo(undefined));
    let isHeld = true;
    const { env } = await stage.through(({ headers: { 'content-range': range } }) =>
      isHeld && firstByte(range) >= 5 * part ? held : undefined,
    );
    const run = followSluice(stage.download(), { env });
    t.after(() => run.kill());
    await run.event(
      ({ type, bytesDone }) => type === 'progress' && Number(bytesDone) >= 0.4 * size,
      'a part of it had come',
    );
    await run.kill();
    assert.deepEqual(await stage.copies(), {});
    isHeld = false;
    const last = await runSluice(stage.download(), { env: stage.env });
    assert.equal(last.code, 0, last.stderr);
    assert.deepEqual(await stage.copies(), stage.expected);
  });

  test('One request in ten that fails is tried again, and all files arrive', async (t) => {
    const stage = await gcsStage(t, gcs);
    for (const [index, size] of [20_000_000, 3000, 0, 6_000_000].entries())
      await stage.put(`f${index}`, noise(size), 'folder');
    await stage.upload();
    const random = new Random(7);
    const { proxy, env } = await stage.through(() => {
      const chance = random.next();
      if (chance > 0.12) return undefined;
      if (chance > 0.09) return { status: 503, code: 'backendError', retryAfter: 0 };
      if (chance > 0.06) return { status: 429, code: 'rateLimitExceeded', retryAfter: 0 };
      return chance > 0.03 ? { cutAfter: 0 } : 'reset';
    }, 5);
    const ended = await followSluice(stage.download(), { env }).ended;
    assert.equal(ended.code, 0, ended.stderr);
    assert.ok(proxy.faults > 0, `${proxy.faults} of ${proxy.requests} failed`);
    assert.deepEqual(await stage.copies(), stage.expected);
    assert.deepEqual(gcs.sessions.keys(stage.bucket), []);
  });

  test('A store that goes away is waited for, with a word, and the file arrives', async (t) => {
    const own = await startGcs(t);
    const stage = await gcsStage(t, own);
    await stage.put('large', noise(6 * part), 'folder');
    await stage.upload();
    const { promise: held, resolve: letGo } = Promise.withResolvers<undefined>();
    const { promise: isThere, resolve: arrive } = Promise.withResolvers<void>();
    const { env } = await stage.through(({ headers: { 'content-range': range } }) => {
      if (firstByte(range) < 2 * part) return undefined;
      arrive();
      return held;
    });
    const run = followSluice(stage.download(), { env });
    t.after(() => run.kill());
    await isThere;
    await own.kill();
    letGo(undefined);
    await run.event(({ type }) => type === 'waiting', 'it waited');
    await own.revive();
    await run.event(({ type }) => type === 'resumed', 'it went on');
    const ended = await run.ended;
    assert.equal(ended.code, 0, ended.stderr);
    assert.deepEqual(await stage.copies(), stage.expected);
  });

  test('Two downloaders fill one bucket, each by its own name', async (t) => {
    const stage = await gcsStage(t, gcs);
    for (const [index, size] of [13_000_000, 3000, 10, 6_000_000].entries())
      await stage.put(`f${index}`, noise(size), 'folder');
    await stage.upload();
    const both = await Promise.all(
      ['one', 'other'].map((name) => runSluice(stage.download(name), { env: stage.env })),
    );
    for (const { code, stderr } of both) assert.equal(code, 0, stderr);
    assert.deepEqual(await stage.copies(), stage.expected);
    assert.deepEqual(gcs.sessions.keys(stage.bucket), []);
  });

  test('What no waiting mends ends the run at once, and says what to do', async (t) => {
    const stage = await gcsStage(t, gcs);
    const missing = ['download', '--to', 'gs://no-such-bucket/x', '--name', 'office', '--once'];
    const ended = await runSluice(missing, { env: stage.env });
    assert.equal(ended.code, 2, ended.stderr);
    assert.match(ended.stderr, /^sluice: [^\n]*there is no bucket no-such-bucket[^\n]*\n$/);
    const key = { GOOGLE_APPLICATION_CREDENTIALS: '/nowhere/key.json', STORAGE_EMULATOR_HOST: '' };
    const wrong = await runSluice(stage.download(), { env: { ...stage.env, ...key } });
    assert.equal(wrong.code, 2, wrong.stderr);
    assert.match(wrong.stderr, /^sluice: [^\n]*the Google credentials cannot be used[^\n]*\n$/);
  });
});
