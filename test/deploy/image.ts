/** `npm run test:image`: the container images, built, measured, and run by a real runtime: read-only, as nobody, without a shell. */
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startBroker } from '../../src/broker/broker.ts';
import { temporaryFolder } from '../support/folder.ts';
import { type Finished, runCommand } from '../support/process.ts';
import { waitFor } from '../support/wait.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));
/** A store of its own, without overlays, which a container cannot have in a container. */
const env = { STORAGE_DRIVER: 'vfs', BUILDAH_ISOLATION: 'chroot' } as const;
const images = { plain: 'localhost/sluice-test', ffmpeg: 'localhost/sluice-test:ffmpeg' } as const;
const most = 60e6;

async function podman(...words: readonly string[]): Promise<Finished> {
  return runCommand('podman', ['--runtime', 'runc', '--cgroup-manager', 'cgroupfs', ...words], { env });
}

async function right(finished: Promise<Finished>): Promise<string> {
  const { code, stdout, stderr } = await finished;
  assert.equal(code, 0, stderr);
  return stdout.trim();
}

/** What everybody may do, and what this machine's limits allow. */
const run = [
  ...['run', '--network', 'host', '--read-only', '--tmpfs', '/tmp', '--cap-drop', 'all'],
  ...['--security-opt', 'no-new-privileges', '--ulimit', 'nofile=4096:4096', '--ulimit', 'nproc=4096:4096'],
];

test('an image is built, small, and holds no shell and nobody but its user', async (t) => {
  await right(runCommand('scripts/build-image', ['--tag', images.plain], { cwd: project, env }));
  const archive = join(await temporaryFolder(t), 'image.tar');
  await right(podman('push', images.plain, `oci-archive:${archive}`));
  const { size } = await stat(archive);
  t.diagnostic(`${(size / 1e6).toFixed(1)} MB compressed`);
  assert.ok(size <= most, `${size} B`);
  const version: string = JSON.parse(await readFile(join(project, 'package.json'), 'utf8')).version;
  assert.equal(await right(podman(...run, '--rm', images.plain, '--version')), version);
  const { code, stderr } = await podman(...run, '--rm', '--entrypoint', '/bin/sh', images.plain, '-c', 'id');
  assert.notEqual(code, 0);
  assert.match(stderr, /no such file/);
  const asked = `console.log(process.getuid()); require('fs').writeFileSync('/opt/x', '')`;
  const denied = await podman(...run, '--rm', '--entrypoint', '/usr/bin/node', images.plain, '-e', asked);
  assert.equal(denied.stdout.trim(), '10001');
  assert.match(denied.stderr, /EROFS/);
});

test("a volume that is made at its place is the user's, and nobody else owns anything", async (t) => {
  const volume = `sluice-test-volume-${process.pid}`;
  t.after(() => podman('volume', 'rm', '--force', volume));
  const script = `const { statSync, writeFileSync } = require('fs'); writeFileSync('/var/lib/sluice/x', '');
    console.log(['/var/lib/sluice', '/run/sluice', '/var/lib', '/tmp', '/opt/sluice'].map((path) => statSync(path).uid + ':' + statSync(path).mode.toString(8)).join(' '))`;
  const words = ['--rm', '-v', `${volume}:/var/lib/sluice`, '--entrypoint', '/usr/bin/node', images.plain];
  const owners = '10001:40755 10001:40755 0:40755 0:41777 0:40755';
  const plain = [
    'run',
    '--rm',
    '--network',
    'host',
    '--ulimit',
    'nofile=4096:4096',
    '--ulimit',
    'nproc=4096:4096',
  ];
  assert.equal(await right(podman(...plain, ...words.slice(1), '-e', script)), owners);
});

test('while Kafka is away a container is not ready, and no illness is seen', async (t) => {
  const up = await started(
    t,
    'away',
    images.plain,
    ...['-e', 'SLUICE_METRICS_PORT=19465', '--'],
    ...[
      'upload',
      '--from',
      '/var/lib/sluice',
      '--topic',
      'files',
      '--name',
      'away',
      '--bootstrap-servers',
      '127.0.0.1:1',
    ],
  );
  await waitFor(async () => (await podman('healthcheck', 'run', up)).code === 0, {
    timeout: 60_000,
    what: 'the container to be well',
  });
  const ready = await podman('exec', up, '/usr/bin/node', '/opt/sluice/health.mjs', 'readyz');
  assert.equal(ready.code, 1, ready.stderr);
});

test('a verb that listens to no signal ends by them too, though it is the first process there', async (t) => {
  const list = await started(
    t,
    'list',
    images.plain,
    '--',
    'list',
    '--topic',
    'files',
    '--bootstrap-servers',
    '127.0.0.1:1',
    '--give-up-after',
    '5m',
  );
  // Node's own start is before that: nobody can listen yet.
  const script = `Number.parseInt(/SigCgt:\\s*\\w*(\\w{8})\\n/.exec(require('fs').readFileSync('/proc/1/status', 'utf8'))[1], 16) & 0x4000`;
  await waitFor(
    async () => /[1-9]/.test((await podman('exec', list, '/usr/bin/node', '-p', script)).stdout),
    {
      timeout: 60_000,
      what: 'SIGTERM to be listened to',
    },
  );
  assert.equal((await stopped(list)).code, '143');
});

/** A container that runs until the test ends; its name. */
async function started(
  t: TestContext,
  name: string,
  image: string,
  ...words: readonly string[]
): Promise<string> {
  const own = `sluice-test-${name}-${process.pid}`;
  const at = words.indexOf('--');
  await right(
    podman(...run, '--detach', '--name', own, ...words.slice(0, at), image, ...words.slice(at + 1)),
  );
  t.after(() => podman('rm', '--force', '--time', '0', own));
  return own;
}

/** Exit code and seconds of a container that is asked to end. */
async function stopped(name: string): Promise<{ readonly code: string; readonly seconds: number }> {
  const begun = performance.now();
  await right(podman('stop', '--time', '20', name));
  const seconds = (performance.now() - begun) / 1000;
  return { code: await right(podman('inspect', '--format', '{{.State.ExitCode}}', name)), seconds };
}

test('files go from one container to another, and both end in good order', async (t) => {
  const broker = await startBroker();
  t.after(() => broker.stop());
  const folder = await temporaryFolder(t);
  const [from, to] = [join(folder, 'from'), join(folder, 'to')];
  for (const path of [from, to]) await mkdir(path, { mode: 0o777 });
  await writeFile(join(from, 'large.bin'), Buffer.alloc(20_000_000, 'large'));
  for (let number = 0; number < 100; number++) await writeFile(join(from, `${number}.txt`), `${number}\n`);
  await right(runCommand('chmod', ['-R', 'a+rwX', folder]));
  const connection = ['--topic', 'files', '--bootstrap-servers', broker.bootstrapServers];

  const up = await started(
    t,
    'up',
    images.plain,
    '-v',
    `${from}:/from:ro`,
    '-e',
    'SLUICE_METRICS_PORT=19464',
    '--',
    'upload',
    '--from',
    '/from',
    '--name',
    'till',
    '--min-age',
    '0',
    ...connection,
  );
  const down = await started(
    t,
    'down',
    images.plain,
    '-v',
    `${to}:/to`,
    '--',
    'download',
    '--to',
    '/to',
    ...connection,
  );
  const arrived = join(to, 'till');
  await waitFor(async () => (await readdir(arrived).catch(() => [])).length === 101, {
    timeout: 120_000,
    what: 'files to arrive',
  });
  await right(podman('healthcheck', 'run', up));
  assert.equal(await right(runCommand('diff', ['-r', from, arrived])), '');
  for (const name of [up, down]) {
    const { code, seconds } = await stopped(name);
    t.diagnostic(`${name}: exit code ${code} after ${seconds.toFixed(1)} s`);
    assert.equal(code, '130');
  }
});

test('with FFmpeg, a stream is published by one and served by another', async (t) => {
  const broker = await startBroker();
  t.after(() => broker.stop());
  await right(runCommand('scripts/build-image', ['--ffmpeg', '--tag', images.ffmpeg], { cwd: project, env }));
  const archive = join(await temporaryFolder(t), 'image.tar');
  await right(podman('push', images.ffmpeg, `oci-archive:${archive}`));
  t.diagnostic(`${((await stat(archive)).size / 1e6).toFixed(1)} MB compressed`);
  const connection = ['--bootstrap-servers', broker.bootstrapServers];
  await started(
    t,
    'publish',
    images.ffmpeg,
    '--',
    'live',
    'publish',
    '--stream',
    'cam',
    '--input',
    'test',
    '--size',
    '320x180',
    ...connection,
  );
  const serve = await started(t, 'serve', images.plain, '--', 'serve', '--port', '18099', ...connection);
  const url = 'http://127.0.0.1:18099/live/cam/index.m3u8';
  await waitFor(async () => (await fetch(url).catch(() => undefined))?.status === 200, {
    timeout: 120_000,
    what: 'a stream to be served',
  });
  const { code } = await stopped(serve);
  assert.equal(code, '0');
});
