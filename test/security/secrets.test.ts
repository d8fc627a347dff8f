/** Where secrets must not be seen: SECURITY.md, "Who can read process lists and logs". */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { testBroker } from '../support/broker.ts';
import { get, startStream } from '../support/delivery.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runSluice, startSluice } from '../support/sluice.ts';
import { uniqueTopic } from '../support/unique.ts';
import { waitFor } from '../support/wait.ts';

const secret = 'gehe1m-und-sehr-lang';

/** What anybody on the machine can see of a process. */
const shown = (pid: number | undefined): Promise<string> => readFile(`/proc/${pid}/cmdline`, 'utf8');

test('No process list shows a key that was given by a flag, once the program has begun', async (t) => {
  // Nobody listens there: they wait, which is all that is needed.
  const to = ['--bootstrap-servers', '127.0.0.1:1', '--topic', 'live'];
  const input = `rtmp://user:${secret}@127.0.0.1:1/live/x`;
  const commands: readonly (readonly [string, readonly string[]])[] = [
    [
      'sluice live publish',
      ['live', 'publish', '--stream', 'cam', '--input', '-', '--stream-key', secret, ...to],
    ],
    ['sluice live publish', ['live', 'publish', '--stream', 'cam', `--input=${input}`, ...to]],
    ['sluice serve', ['serve', '--port', '0', `--watch-key=${secret}`, ...to]],
    ['sluice serve', ['serve', '--port', '0', '--watch-key', secret, ...to]],
  ];
  for (const [title, args] of commands) {
    const { child } = startSluice(t, args);
    await waitFor(async () => (await shown(child.pid)).startsWith(title), { what: title });
    assert.doesNotMatch(await shown(child.pid), new RegExp(secret));
    child.kill('SIGKILL');
  }
});

test('A secret property is refused as a flag, in words that do not hold it', async () => {
  for (const property of [
    'sasl.password',
    'ssl.key.password',
    'sasl.jaas.config',
    'sasl.oauthbearer.token',
  ]) {
    const { code, stdout, stderr } = await runSluice(['list', '--topic', 'x', '-X', `${property}=${secret}`]);
    assert.equal(code, 2);
    assert.match(stderr, /is a secret.*set SLUICE_/);
    assert.doesNotMatch(stdout + stderr, new RegExp(secret));
  }
});

test('Neither help nor an error of the configuration shows a secret from environment or file', async (t) => {
  const folder = await temporaryFolder(t);
  const config = join(folder, 'client.properties');
  const lines = ['sasl.password', 'ssl.key.password', 'sluice.stream.key', 'sluice.watch.key'];
  await writeFile(config, lines.map((name) => `${name}=${secret}`).join('\n'));
  const env = { SLUICE_SASL_PASSWORD: secret, SLUICE_STREAM_KEY: secret, SLUICE_WATCH_KEY: secret };
  const calls: readonly (readonly string[])[] = [
    ['--help'],
    ['live', 'publish', '--help'],
    ['serve', '--help'],
    // A verb that fails for other reasons: unknown properties, nothing that listens.
    ['list', '--topic', 'x', '--config', config, '-X', 'security.protocol=NONSENSE', '--log-level', 'trace'],
    [
      'doctor',
      '--config',
      config,
      '--bootstrap-servers',
      '127.0.0.1:1',
      '--give-up-after',
      '300ms',
      '--json',
    ],
    ['serve', '--config', config, '--port', '99999'],
    ['live', 'publish', '--config', config, '--stream', '-', '--input', 'test'],
  ];
  for (const args of calls) {
    const { stdout, stderr } = await runSluice(args, { env });
    assert.ok((stdout + stderr).length > 20);
    assert.doesNotMatch(stdout + stderr, new RegExp(secret), args.join(' '));
  }
});

test('What FFmpeg says of an input is told without its password', async (t) => {
  const { bootstrapServers } = await testBroker();
  const input = `rtmp://user:${secret}@127.0.0.1:1/live/x?key=${secret}`;
  const args = ['live', 'publish', '--stream', 'cam', '--input', input, '--log-level', 'trace'];
  const to = ['--bootstrap-servers', bootstrapServers, '--topic', uniqueTopic('live')];
  // It tries again without end: a camera may come back.
  const { output, child } = startSluice(t, [...args, ...to]);
  await waitFor(() => /rtmp:.*refused|refused.*rtmp:/i.test(output.stderr), {
    what: 'a word about the input',
  });
  child.kill('SIGKILL');
  assert.doesNotMatch(output.stdout + output.stderr, new RegExp(secret));
});

test('A server shows its key nowhere: not in metrics, its API, pages or errors', async (t) => {
  const { server } = await startStream(t, {}, { watchKey: secret });
  const paths = [
    '/metrics',
    '/healthz',
    '/api/streams',
    '/',
    '/live/cam/index.m3u8',
    '/live/cam/index.m3u8?token=x',
    '/no',
    '/live/%00',
  ];
  for (const path of paths) {
    const { body, headers } = await get(server.url + path);
    assert.doesNotMatch(body.toString() + JSON.stringify(headers), new RegExp(secret), path);
  }
});
