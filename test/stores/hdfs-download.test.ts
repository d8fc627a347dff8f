/** Downloads into HDFS from end to end: spawned commands, a real Kafka, a real HDFS. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { noise } from '../support/bytes.ts';
import { startHdfs } from '../support/hdfs.ts';
import { Scope } from '../support/owner.ts';
import { Random } from '../support/random.ts';
import { runSluice } from '../support/sluice.ts';
import { followSluice } from '../support/sluice-events.ts';
import { hdfsGround, held, tree } from './hdfs-ground.ts';

const scope = new Scope();
after(() => scope.close());
const hdfs = await startHdfs(scope);

const mebibyte = 1024 * 1024;
const large = 23_000_000;

describe('sluice download --to hdfs://', { concurrency: 3 }, () => {
  test('A tree stands in HDFS with its times; read again, nothing is written', async (t) => {
    const ground = await hdfsGround(t, hdfs);
    const files = tree(
      [0, 1, 4000, 70_000, 8 * mebibyte - 1, 8 * mebibyte, 8 * mebibyte + 1, large],
      ['größe €.txt', 'a b+c%20&?#.jpg', "it's (1).png", 'línea\nnueva', 'semi;colon', '\u00e9', 'e\u0301'],
    );
    await ground.write(files);
    await ground.send();
    const first = await runSluice(ground.fetch(), { env: ground.env });
    assert.equal(first.code, 0, first.stderr);
    await ground.stands(files);
    const again = await runSluice([...ground.fetch(), '--json', '--reset'], { env: ground.env });
    assert.equal(again.code, 0, again.stderr);
    const summary = again.stdout.split('\n').findLast((line) => line.includes('"summary"'));
    const { files: written, unchanged } = JSON.parse(summary ?? '{}') as Record<string, number>;
    assert.deepEqual([written, unchanged], [0, files.size]);
  });

  test('A name with a colon is told, and all others arrive', async (t) => {
    const ground = await hdfsGround(t, hdfs);
    await ground.write(new Map([['a:b', noise(10)]]));
    const files = new Map([['c', noise(10)]]);
    await ground.write(files);
    await ground.send();
    const { code, stdout } = await runSluice([...ground.fetch(), '--json'], { env: ground.env });
    assert.equal(code, 3);
    assert.match(stdout, /a colon, which HDFS does not allow/);
    await ground.stands(files);
  });

  test('A downloader that is killed inside a file leaves nothing to be seen, and the next run removes it', async (t) => {
    const ground = await hdfsGround(t, hdfs);
    const files = new Map([['large.bin', noise(60_000_000)]]);
    await ground.write(files);
    await ground.send();
    // Nothing is appended behind the fifth part, so that what is killed is not at its end yet.
    const never = held(t);
    for (const share of [0.2, 0.5]) {
      let parts = 0;
      const proxy = await ground.through((op, _url, onData) =>
        op === 'APPEND' && onData && ++parts > 5 ? never : undefined,
      );
      const run = followSluice(ground.fetch(proxy.port), { env: ground.env });
      await run.event(
        ({ type, bytesDone }) => type === 'progress' && Number(bytesDone) >= share * 60_000_000,
        `${share} of it had come`,
      );
      await run.kill();
      assert.equal(run.child.signalCode, 'SIGKILL');
      assert.deepEqual(await hdfs.names(`${ground.folder}/copies/shop`), []);
    }
    const last = await runSluice(ground.fetch(), { env: ground.env });
    assert.equal(last.code, 0, last.stderr);
    await ground.stands(files);
  });

  test('Requests that fail are made again; what half arrived is not appended twice', async (t) => {
    const ground = await hdfsGround(t, hdfs);
    const files = tree([large, 3000], []);
    await ground.write(files);
    await ground.send();
    const random = new Random(7);
    let cuts = 0;
    const proxy = await ground.through((op, _url, onData, request) => {
      // Some of its bytes have gone on by then.
      if (op === 'APPEND' && onData && cuts === 0) {
        cuts++;
        let seen = 0;
        request.on('data', (bytes: Buffer) => {
          seen += bytes.length;
          if (seen > 2 * mebibyte) request.socket.resetAndDestroy();
        });
        request.pause();
        return undefined;
      }
      const chance = random.next();
      if (chance > 0.08) return undefined;
      if (chance > 0.05) return { status: 503, code: 'Busy', retryAfter: 0 };
      return chance > 0.02 ? { status: 500, code: 'InternalError' } : 'reset';
    }, 10);
    const ended = await followSluice(ground.fetch(proxy.port), { env: ground.env }).ended;
    assert.equal(ended.code, 0, ended.stderr);
    assert.ok(
      proxy.faults > 0 && cuts > 0,
      `${proxy.faults} of ${proxy.requests} failed, ${cuts} appends were cut`,
    );
    await ground.stands(files);
  });

  test('HDFS that goes away is waited for, with a word, and the file arrives', async (t) => {
    const own = await startHdfs(t);
    const ground = await hdfsGround(t, own);
    const files = new Map([['large.bin', noise(40_000_000)]]);
    await ground.write(files);
    await ground.send();
    let parts = 0;
    const { promise: gone, resolve: goes } = Promise.withResolvers<undefined>();
    const proxy = await ground.through((op, _url, onData) => {
      if (op !== 'APPEND' || onData || ++parts !== 4) return undefined;
      return own.namenode.kill().then(() => {
        goes(undefined);
        return 'reset' as const;
      });
    });
    const run = followSluice(ground.fetch(proxy.port), { env: ground.env });
    t.after(() => run.kill());
    await gone;
    await run.event(({ type }) => type === 'waiting', 'it waited');
    await own.namenode.revive();
    await run.event(({ type }) => type === 'resumed', 'it went on');
    const ended = await run.ended;
    assert.equal(ended.code, 0, ended.stderr);
    await ground.stands(files);
  });

  test('Two downloaders fill one folder, each by its own name', async (t) => {
    const ground = await hdfsGround(t, hdfs);
    const files = tree([large, 3000, 10, 6_000_000], []);
    await ground.write(files);
    await ground.send();
    const both = await Promise.all(
      ['one', 'other'].map((name) => runSluice(ground.fetch(undefined, name), { env: ground.env })),
    );
    for (const { code, stderr } of both) assert.equal(code, 0, stderr);
    await ground.stands(files);
  });

  test('What no waiting mends ends the run at once, and says what to do', async (t) => {
    const ground = await hdfsGround(t, hdfs);
    await ground.write(new Map([['a', noise(10)]]));
    await ground.send();
    await hdfs.ask('PUT', ground.folder, { op: 'MKDIRS' });
    for (const permission of ['755', '700']) {
      await hdfs.ask('PUT', ground.folder, { op: 'SETPERMISSION', permission });
      const denied = await runSluice(ground.fetch(), { env: { ...ground.env, HADOOP_USER_NAME: 'nobody' } });
      assert.equal(denied.code, 2, denied.stderr);
      assert.match(denied.stderr, /^sluice: [^\n]*access is denied to nobody[^\n]*\n$/);
    }
    const rpc = await runSluice(ground.fetch(hdfs.rpcPort), { env: ground.env });
    assert.equal(rpc.code, 2, rpc.stderr);
    assert.match(rpc.stderr, /\(RPC\)/);
  });
});

test('Without extended attributes files arrive all the same, and a notice says what that costs', async (t) => {
  const own = await startHdfs(t, { 'dfs.namenode.xattrs.enabled': 'false', 'dfs.checksum.type': 'CRC32' });
  const ground = await hdfsGround(t, own);
  const files = tree([0, 3000, 6_000_000], []);
  await ground.write(files);
  await ground.send();
  for (const more of [[], ['--reset']]) {
    const { code, stdout, stderr } = await runSluice([...ground.fetch(), '--json', ...more], {
      env: ground.env,
    });
    assert.equal(code, 0, stderr);
    assert.match(stdout + stderr, /takes no extended attributes \(dfs\.namenode\.xattrs\.enabled\)/);
    if (more.length === 0) assert.match(stdout + stderr, /compared by its length alone/);
    else assert.match(stdout, /"files":0,/);
    await ground.stands(files);
  }
});
