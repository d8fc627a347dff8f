/** Help, versions, and command lines that mean nothing: no Kafka is needed for any of it. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../support/folder.ts';
import { runSluice } from '../support/sluice.ts';

const verbs = ['upload', 'download', 'list', 'cat', 'doctor'];

test('--version prints the version of the package', async () => {
  const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
  const { code, stdout } = await runSluice(['--version']);
  assert.equal(stdout, `${version}\n`);
  assert.equal(code, 0);
});

/** Makes the running Node.js lack what version 20 does, as far as the start of the command goes. */
const oldNode = `
import { registerHooks } from 'node:module';
Object.defineProperty(process.versions, 'node', { value: '20.20.2' });
registerHooks({
  resolve: (name, context, next) =>
    name === 'node:module' ? { url: 'data:text/javascript,export const createRequire = 0', shortCircuit: true } : next(name, context),
});`;

test('a Node.js that is too old is told so, in one line', async () => {
  const preload = `--import "data:text/javascript,${encodeURIComponent(oldNode)}"`;
  const { code, stderr } = await runSluice(['--version'], { env: { NODE_OPTIONS: preload } });
  assert.equal(stderr, 'sluice: Node.js 20.20.2 is too old; install 24.12 or newer\n');
  assert.equal(code, 2);
});

test('every help fits 100 columns, has examples and ends with 0', async () => {
  for (const words of [[], ...verbs.map((verb) => [verb])]) {
    const { code, stdout, stderr } = await runSluice([...words, '--help']);
    assert.equal(code, 0);
    assert.equal(stderr, '');
    assert.match(stdout, /^Usage: sluice/);
    assert.match(stdout, /\nExamples:\n/);
    for (const line of stdout.split('\n')) assert.ok(line.length <= 100, line);
  }
});

test('what is not understood ends with 2 and says what would be', async (t) => {
  const folder = await temporaryFolder(t);
  const file = join(folder, 'client.properties');
  await writeFile(file, '# mine\n\nsluice.min.age = soon\n');
  const upload = ['upload', '--from', folder, '--topic', 'files'];
  const nowhere = ['--bootstrap-servers', '127.0.0.1:1', '--give-up-after', '1s'];
  const table: [args: string[], message: RegExp][] = [
    [[], /Usage: sluice/],
    [['uplaod'], /unknown command 'uplaod'\n\(Did you mean upload\?\)\nSee sluice --help/],
    [
      ['upload', '--tpic', 'x'],
      /unknown option '--tpic'\n\(Did you mean --topic\?\)\nSee sluice upload --help/,
    ],
    [['upload', '--topic'], /option '--topic <TOPIC>' argument missing/],
    [
      ['upload', '--from', folder],
      /--topic is missing; give the flag, or set SLUICE_TOPIC, or sluice\.topic/,
    ],
    [['cat', '--topic', 'files'], /missing required argument 'uploader\/path'/],
    [['list', 'files'], /"files" has no flag before it: write --topic files\nSee sluice list --help/],
    // Before Kafka, which is away, is waited for.
    [
      ['ingest', '--rtmps-port', '0', ...nowhere],
      /--rtmps-port needs a certificate: give --tls-cert and --tls-key/,
    ],
    [
      ['ingest', '--srt-port', '0', '--srt-passphrase-file', join(folder, 'absent'), ...nowhere],
      /--srt-passphrase-file: ENOENT/,
    ],
    [
      ['serve', '--tls-cert', join(folder, 'absent'), '--tls-key', file],
      /--tls-cert: \S+absent cannot be read \(ENOENT: no such file or directory, open '\S+absent'\); name a PEM file that this user may read\n$/,
    ],
    [['lst', '--help'], /unknown command 'lst'\n\(Did you mean list\?\)/],
    [['help', 'lst'], /unknown command 'lst'\n\(Did you mean list\?\)/],
    [[...upload, '--chunk-size', '5XB'], /--chunk-size: "5XB" is not a size; write bytes/],
    [[...upload, '--checksum', 'sha1'], /--checksum: "sha1" is none of md5, sha256, crc64nvme/],
    [
      [...upload, '--config', file],
      /sluice\.min\.age \(.*client\.properties, line 3\): "soon" is not a duration/,
    ],
    [[...upload, '--config', join(folder, 'absent')], /absent cannot be read/],
    [
      [...upload, '--bootstrap-servers', 'nonsense'],
      /bootstrap\.servers holds "nonsense", which is no address/,
    ],
    [[...upload, '-X', 'sasl.password=hunter2'], /sasl\.password is a secret.*set SLUICE_SASL_PASSWORD/],
    [['download', '--to', folder, '--topic', 'a/b'], /"a\/b" is no topic name/],
  ];
  for (const [args, message] of table) {
    const { code, stdout, stderr } = await runSluice(args);
    assert.match(stderr, message, args.join(' '));
    assert.equal(code, 2, args.join(' '));
    assert.equal(stdout, '');
    assert.doesNotMatch(stderr, /hunter2|\n {4}at /);
  }
});

test('with --json an error is an object on stdout as well', async () => {
  const { code, stdout } = await runSluice(['list', '--topic', '..', '--json']);
  assert.equal(code, 2);
  const { type, message, exitCode } = JSON.parse(stdout);
  assert.deepEqual([type, exitCode], ['error', 2]);
  assert.match(message, /^--topic: "\.\." is no topic name/);
});

test('variables of a Kubernetes Service stop no verb, and are told on demand', async () => {
  const address = 'tcp://10.0.0.1:8080';
  const links = { SLUICE_PORT: address, SLUICE_SERVICE_HOST: '10.0.0.1', SLUICE_SERVICE_PORT: '8080' };
  const env = { ...links, SLUICE_PORT_8080_TCP: address, SLUICE_HOST: '10.0.0.1' };
  // Stopped by its last flag that is read: nothing before it was refused.
  const args = ['serve', '--tls-cert', 'absent.pem'];
  const { code, stderr } = await runSluice(args, { env });
  assert.equal(code, 2);
  assert.match(stderr, /^sluice: --tls-cert and --tls-key belong together[^\n]*\n$/);
  const told = await runSluice([...args, '--log-level', 'debug'], { env });
  assert.match(told.stderr, /of a Kubernetes Service or a Docker link.*: .*SLUICE_PORT/);
  const own = await runSluice(args, { env: { ...env, SLUICE_PORT: 'soon' } });
  assert.match(own.stderr, /^sluice: SLUICE_PORT \(environment\): "soon" is not a whole number/);
});

test('a variable that means nothing is named, one of another verb is not', async () => {
  const env = { SLUICE_TOPPIC: 'files', SLUICE_FROM: 'photos', SLUICE_SASL_PASSWORD: 'hunter2' };
  const { stderr } = await runSluice(['list', '--topic', '..'], { env });
  assert.match(stderr, /SLUICE_TOPPIC is not known and has no effect/);
  assert.doesNotMatch(stderr, /SLUICE_FROM|SLUICE_SASL|hunter2/);
});
