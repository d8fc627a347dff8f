/** A stream pushed to two platforms, as users do it: FFmpeg listens for RTMP and for SRT; one of them is killed, then the publisher. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { freePort } from '../../src/broker/ports.ts';
import { ConfigurationError } from '../../src/errors.ts';
import { push as pushStream } from '../../src/live/push/push.ts';
import { testBroker } from '../support/broker.ts';
import { probe, steps } from '../support/film.ts';
import { temporaryFolder } from '../support/folder.ts';
import { type RunningCommand, startCommand } from '../support/process.ts';
import { followSluice } from '../support/sluice-events.ts';
import { uniqueTopic } from '../support/unique.ts';
import { waitFor } from '../support/wait.ts';

const host = '127.0.0.1';
const key = 'live_QUITESECRETKEY';
const passphrase = 'ALSOQUITESECRET';

/** A platform that takes connections and says nothing. */
async function silentPlatform(t: TestContext): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
  });
  server.listen(0, host);
  await once(server, 'listening');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** The command lines of all processes of this machine but these. */
async function commandLines(without: readonly RunningCommand[]): Promise<string> {
  const own = new Set([process.pid, ...without.map(({ child }) => child.pid)].map(String));
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && !own.has(name));
  const read = pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''));
  return (await Promise.all(read)).join('\n');
}

test('a stream goes to two platforms, over a killed one and a killed publisher, and no key is to be seen', async (t) => {
  const { bootstrapServers } = await testBroker();
  const folder = await temporaryFolder(t);
  const topic = uniqueTopic('live');
  const common = ['--bootstrap-servers', bootstrapServers, '--topic', topic, '--stream', 'cam'];
  const publish = () => {
    const small = ['--size', '160x90', '--bitrate', '100k', '--preset', 'ultrafast', '--rate', '20'];
    const run = followSluice([
      'live',
      'publish',
      ...common,
      '--input',
      'test',
      ...small,
      '--segment-target',
      '1s',
    ]);
    t.after(() => run.kill());
    return run;
  };
  const taken = new Set<number>();
  const [rtmp, srt] = [await freePort(host, taken), await freePort(host, taken)];
  const listen = (input: string, name: string, ...options: string[]): RunningCommand => {
    const args = [...options, '-i', input, '-c', 'copy', '-flush_packets', '1', join(folder, name)];
    return startCommand('ffmpeg', ['-nostdin', '-hide_banner', ...args], {}, t);
  };
  const listenRtmp = (name: string) => listen(`rtmp://${host}:${rtmp}/live/another`, name, '-listen', '1');
  const isThere = async (name: string) => (await stat(join(folder, name)).catch(() => undefined))?.size;
  const has = (name: string) => waitFor(async () => ((await isThere(name)) ?? 0) > 10_000, { what: name });

  const first = publish();
  const one = listenRtmp('one.flv');
  const other = listen(`srt://${host}:${srt}?mode=listener&passphrase=${passphrase}`, 'srt.ts');
  const file = join(folder, 'targets.txt');
  await writeFile(file, `# a comment\nsrt://${host}:${srt}?passphrase=${passphrase}\n`);
  const to = ['--to', `rtmp://${host}:${rtmp}/live/${key}`, '--to-file', file];
  const push = followSluice(['live', 'push', ...common, ...to, '--log-level', 'trace']);
  t.after(() => push.kill());
  const connected = (target: RegExp, connections: number) =>
    push.event(
      (event) =>
        event.type === 'connected' && target.test(String(event.target)) && event.connections === connections,
      `connection ${connections} to ${target}`,
    );
  assert.equal((await connected(/^srt/, 1)).copied, true);
  await Promise.all([connected(/^rtmp/, 1), has('one.flv'), has('srt.ts')]);
  const shown = await commandLines([one, other]);
  assert.ok(shown.includes(`rtmp://${host}:${rtmp}/`), 'its FFmpeg is among them');
  for (const secret of [key, passphrase]) assert.ok(!shown.includes(secret), secret);
  // What is not shown has come all the same.
  assert.match(one.output.stderr, new RegExp(`Unexpected stream ${key}`));

  const library = { kafka: { 'bootstrap.servers': bootstrapServers }, topic, stream: 'cam' };
  const absent = pushStream({ ...library, to: ['srt://127.0.0.1:1'], ffmpeg: '/none/ffmpeg' });
  await assert.rejects(
    absent,
    (error) => error instanceof ConfigurationError && /not installed/.test(error.message),
  );
  const enough = new AbortController();
  const silent = pushStream({
    ...library,
    to: [`rtmp://${host}:${await silentPlatform(t)}/live/${key}`],
    stallAfter: 500,
    signal: enough.signal,
    onEvent: (event) => {
      if (event.type === 'disconnected' && /has taken nothing/.test(event.message)) enough.abort();
    },
  });

  one.child.kill('SIGKILL');
  await push.event((event) => event.type === 'disconnected', 'word that the platform is gone');
  await one.finished;
  const again = listenRtmp('again.flv');
  await Promise.all([connected(/^rtmp/, 2), has('again.flv')]);
  await first.kill();
  const second = publish();
  await push.event((event) => event.type === 'cut', 'a cut');
  await second.event((event) => event.type === 'segment' && event.epoch === 2, 'a segment behind it');
  second.child.kill('SIGINT');
  const ended = await push.ended;
  // Ended by word that it takes nothing; or by the programme, had that not come.
  const { targets: of, interrupted: told } = await silent;
  assert.deepEqual([told, of.map(({ connections }) => connections)], [true, [0]]);
  assert.equal(ended.code, 0, ended.stderr);
  await Promise.all([again.finished, other.finished]);

  const { targets, interrupted } = ended.summary as unknown as {
    targets: { target: string; connections: number; seconds: number }[];
    interrupted: boolean;
  };
  assert.deepEqual([interrupted, targets.map(({ connections }) => connections)], [false, [2, 1]]);
  for (const name of ['again.flv', 'srt.ts']) {
    const { pictures, sound } = await probe(join(folder, name));
    for (const times of [pictures, sound]) {
      const { least, most } = steps(times);
      assert.ok(least > 0 && most < 0.2, `${name}: steps from ${least} to ${most} s`);
    }
  }
  const said = `${ended.stderr}${JSON.stringify(ended.summary)}`;
  for (const secret of [key, passphrase]) assert.ok(!said.includes(secret), secret);
});
