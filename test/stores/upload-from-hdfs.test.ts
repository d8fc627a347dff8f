/** `sluice upload --from hdfs://…` on a real Kafka and a real HDFS. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { noise } from '../support/bytes.ts';
import { startHdfs } from '../support/hdfs.ts';
import { Scope } from '../support/owner.ts';
import { Random } from '../support/random.ts';
import { runSluice } from '../support/sluice.ts';
import { followSluice } from '../support/sluice-events.ts';
import { accountOf } from '../support/topic-account.ts';
import { hdfsGround, held, tree } from './hdfs-ground.ts';

const scope = new Scope();
after(() => scope.close());
const hdfs = await startHdfs(scope);

const piece = 2 * 1024 * 1024;
/** Where packs end and chunks begin, and where ranges do. */
const edges = [0, 1, 4000, 256 * 1024, 256 * 1024 + 1, piece - 1, piece, piece + 1, 2 * piece];
const odd = ['写真/富士山.jpg', 'a b+c%20?&é<".txt', "d'e/f#g/~h", 'semi;colon=x&y'];

/** The offset of a read; 0 of all else. */
const offsetOf = (url: URL): number => Number(url.searchParams.get('offset') ?? 0);

describe('sluice upload --from hdfs://', { concurrency: 3 }, () => {
  test('Files of all sizes arrive, each once; a second run sends nothing', async (t) => {
    const ground = await hdfsGround(t, hdfs);
    const files = tree(edges, odd);
    for (let index = 0; index < 40; index++) files.set(`many/${index % 7}/${index}`, noise(index * 100));
    await ground.put(files);
    const first = await runSluice([...ground.take(), '--once'], { env: ground.env });
    assert.equal(first.code, 0, first.stderr);
    const { closed } = await accountOf(ground);
    assert.deepEqual([closed.size, [...closed.values()].every((times) => times === 1)], [files.size, true]);
    assert.equal(await ground.faults(), '');
    const second = await runSluice([...ground.take(), '--once', '--json'], { env: ground.env });
    assert.equal(second.code, 0, second.stderr);
    assert.match(second.stdout, new RegExp(`"files":0,.*"unchanged":${files.size}`));
  });

  test('An uploader that is killed goes on where it was', async (t) => {
    const ground = await hdfsGround(t, hdfs);
    const size = 60_000_000;
    await ground.put(new Map([['large.bin', noise(size)]]));
    // Nothing behind this is read, so that what is killed is not at its end yet.
    const never = held(t);
    let isHeld = true;
    const proxy = await ground.through((op, url, onData) =>
      isHeld && op === 'OPEN' && onData && offsetOf(url) > 0.7 * size ? never : undefined,
    );
    const uploader = followSluice([...ground.take(proxy.port), '--once'], { env: ground.env });
    t.after(() => uploader.kill());
    const isThere = ({ type, inFlight }: { type: string; inFlight?: unknown }): boolean =>
      type === 'progress' && (inFlight as { done: number }[]).some(({ done }) => done > 0.3 * size);
    await uploader.event(isThere, 'a good part was sent');
    await uploader.kill();
    isHeld = false;
    const last = await runSluice([...ground.take(proxy.port), '--once'], { env: ground.env });
    assert.equal(last.code, 0, last.stderr);
    const { uploads, chunkBytes } = await accountOf(ground);
    assert.equal(uploads.size, 1, 'both runs went on with one upload');
    assert.ok(chunkBytes - size <= 26e6, `${chunkBytes - size} bytes were sent again`);
    assert.equal(await ground.faults(), '');
  });

  test('Of a file that is replaced while it is read the newest arrives, and never bytes of both', async (t) => {
    const ground = await hdfsGround(t, hdfs);
    const size = 12 * piece;
    await ground.put(new Map([['replaced', noise(size)]]));
    let ranges = 0;
    const proxy = await ground.through(async (op, _url, onData) => {
      if (op === 'OPEN' && onData && ++ranges === 6)
        await ground.put(new Map([['replaced', noise(size - 5)]]));
      return undefined;
    });
    const { code, stdout, stderr } = await runSluice([...ground.take(proxy.port), '--once', '--json'], {
      env: ground.env,
    });
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      /"not-sent","path":"replaced","reason":"it was replaced or removed while it was read","again":true/,
    );
    assert.equal((await accountOf(ground)).aborts, 1);
    assert.equal(await ground.faults(), '');
  });

  test('Requests that fail are made again, and all arrives', async (t) => {
    const ground = await hdfsGround(t, hdfs);
    const files = new Map([['large.bin', noise(5 * piece)]]);
    for (let index = 0; index < 20; index++) files.set(`small/${index}`, noise(2000));
    await ground.put(files);
    const random = new Random(12);
    const proxy = await ground.through(() => {
      if (!random.chance(0.1)) return undefined;
      const faults = [
        { status: 500, code: 'InternalError' },
        { status: 503, code: 'Busy', retryAfter: 0 },
        'reset',
        { cutAfter: random.below(100_000) },
      ] as const;
      return faults[random.below(faults.length)];
    }, 20);
    const { code, stderr } = await runSluice([...ground.take(proxy.port), '--once'], { env: ground.env });
    assert.equal(code, 0, stderr);
    assert.ok(proxy.faults > 3, `${proxy.faults} of ${proxy.requests} failed`);
    assert.equal(await ground.faults(), '');
  });

  test('A file that is being written is told, and sent once it is closed', async (t) => {
    const ground = await hdfsGround(t, hdfs);
    await ground.put(new Map([['closed', noise(100)]]));
    const bytes = noise(300_000);
    const writing = hdfs.writing(`${ground.folder}/in/log`);
    await writing.write(bytes);
    const uploader = followSluice([...ground.take(), '--scan-interval', '200ms'], { env: ground.env });
    t.after(() => uploader.kill());
    const told = await uploader.event(
      ({ type, path }) => type === 'not-sent' && path === 'log',
      'it was told',
    );
    assert.match(String(told.reason), /it is being written/);
    await writing.end();
    await ground.write(new Map([['log', bytes]]));
    await uploader.event(({ type, path }) => type === 'sent' && path === 'log', 'it was sent');
    uploader.child.kill('SIGINT');
    assert.equal((await uploader.ended).code, 130);
    assert.equal(await ground.faults(), '');
  });

  test('What no waiting mends ends a run at once, in one line', async (t) => {
    const ground = await hdfsGround(t, hdfs);
    await ground.put(new Map([['a', noise(10)]]));
    await hdfs.ask('PUT', `${ground.folder}/in`, { op: 'SETPERMISSION', permission: '700' });
    const there = [...ground.take(), '--once'];
    const at = (url: string): string[] => there.map((word) => (word.startsWith('hdfs:') ? url : word));
    const { port, rpcPort } = hdfs;
    const table: (readonly [args: string[], env: Record<string, string>, line: RegExp])[] = [
      [at(`hdfs://127.0.0.1:${port}/no/such`), {}, /no\/such: there is no such folder/],
      [at(`hdfs://127.0.0.1:${port}/${ground.folder}/in/a`), {}, /is no folder/],
      [at(`hdfs://127.0.0.1:${rpcPort}/a`), {}, /port of Hadoop’s own protocol \(RPC\).*9870/],
      [at(`swebhdfs://127.0.0.1:${port}/a`), {}, /does not speak TLS/],
      [there, { HADOOP_USER_NAME: 'nobody' }, /access is denied to nobody.*HADOOP_USER_NAME/],
      [there, { HADOOP_TOKEN_FILE_LOCATION: '/no/such/file' }, /\/no\/such\/file, which cannot be read/],
      [at('hdfs://me:hunter2@nn/a'), {}, /has a user in it/],
    ];
    for (const [args, more, line] of table) {
      const { code, stdout, stderr } = await runSluice(args, { env: { ...ground.env, ...more } });
      assert.equal(code, 2, stderr);
      assert.match(stderr, line);
      assert.match(stderr, /^sluice: [^\n]*\n$/);
      assert.doesNotMatch(stdout + stderr, /hunter2/);
    }
  });

  test('The doctor examines a folder, by whichever namenode is there', async (t) => {
    const ground = await hdfsGround(t, hdfs);
    await ground.put(new Map([['a', noise(10)]]));
    const doctor = async (words: readonly string[]) => {
      const { stdout } = await runSluice(['doctor', ...words, '--json'], { env: ground.env });
      return stdout;
    };
    const both = `127.0.0.1:1,127.0.0.1:${hdfs.port}`;
    assert.match(
      await doctor(['--from', `${ground.place(both)}/in`]),
      /"check":"Source","status":"ok",.*can be listed and read/,
    );
    assert.match(
      await doctor(['--from', ground.place().replace(ground.folder, 'none')]),
      /"status":"problem",.*no such folder/,
    );
    assert.match(await doctor(['--to', `${ground.place()}/out`]), /"check":"Sink","status":"ok"/);
  });
});
