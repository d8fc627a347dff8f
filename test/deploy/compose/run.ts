/** `npm run test:compose-run`: our services of the Compose file, run by podman as it says, before a real Kafka (root). */
import assert from 'node:assert/strict';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startBroker } from '../../../src/broker/broker.ts';
import { freePort } from '../../../src/broker/ports.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { type Finished, runCommand } from '../../support/process.ts';
import { waitFor } from '../../support/wait.ts';
import { type ComposeService, composeServices } from './project.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
/** A store of its own, without overlays, which a container cannot have in a container. */
const env = { STORAGE_DRIVER: 'vfs', BUILDAH_ISOLATION: 'chroot' } as const;
const image = 'localhost/sluice-compose';

function podman(...words: readonly string[]): Promise<Finished> {
  return runCommand('podman', ['--runtime', 'runc', '--cgroup-manager', 'cgroupfs', ...words], { env });
}

async function right(finished: Promise<Finished>): Promise<string> {
  const { code, stdout, stderr } = await finished;
  assert.equal(code, 0, stderr);
  return stdout.trim();
}

const taken = new Set<number>();

/** Runs a service, with files for its secrets. Its network is this machine's, so that ports are such as are free, and Kafka is where it is. */
async function start(
  t: TestContext,
  name: string,
  service: ComposeService,
  bootstrapServers: string,
  secrets: Readonly<Record<string, string>>,
): Promise<string> {
  const { command, environment = {}, user, tmpfs = [], cap_drop, security_opt, volumes = [] } = service;
  const port = await freePort('127.0.0.1', taken);
  const variables = {
    ...environment,
    SLUICE_BOOTSTRAP_SERVERS: bootstrapServers,
    SLUICE_METRICS_PORT: String(port),
  };
  const own = `sluice-compose-${name}-${process.pid}`;
  const viewers = String(await freePort('127.0.0.1', taken));
  const words = (command ?? []).map((word, index, all) => (all[index - 1] === '--port' ? viewers : word));
  await right(
    podman(
      ...['run', '--detach', '--name', own, '--network', 'host'],
      // What this machine's limits allow.
      ...['--ulimit', 'nofile=4096:4096', '--ulimit', 'nproc=4096:4096'],
      ...(service.read_only === true ? ['--read-only'] : []),
      ...tmpfs.flatMap((path) => ['--tmpfs', path]),
      ...cap_drop.flatMap((capability) => ['--cap-drop', capability.toLowerCase()]),
      ...security_opt.flatMap((option) => ['--security-opt', option.replace(/:true$/, '')]),
      ...(user === undefined ? [] : ['--user', user]),
      ...Object.entries(variables).flatMap(([variable, value]) => ['-e', `${variable}=${value}`]),
      ...volumes.flatMap(({ source, target, read_only }) => [
        '-v',
        `${source}:${target}${read_only === true ? ':ro' : ''}`,
      ]),
      ...(service.secrets ?? []).flatMap(({ source }) => [
        '-v',
        `${secrets[source]}:/run/secrets/${source}:ro`,
      ]),
      image,
      ...words,
    ),
  );
  t.after(() => podman('rm', '--force', '--time', '0', own));
  return own;
}

test('files go from the folder that is sent to the one that is filled, and a server runs beside', async (t) => {
  await right(runCommand('scripts/build-image', ['--tag', image], { cwd: root, env }));
  const broker = await startBroker();
  t.after(() => broker.stop());
  const folder = await temporaryFolder(t);
  const [outbox, inbox] = [join(folder, 'outbox'), join(folder, 'sluice')];
  for (const path of [outbox, inbox]) await mkdir(path);
  const key = join(folder, 'console-key');
  await writeFile(key, 'a key that is long enough for nobody to guess it');
  for (let number = 0; number < 100; number += 1)
    await writeFile(join(outbox, `${number}.txt`), `${number}\n`);
  await writeFile(join(outbox, 'large.bin'), Buffer.alloc(20_000_000, 'large'));
  await right(runCommand('chmod', ['-R', 'a+rwX', folder]));
  await podman('volume', 'rm', '--force', 'spool');
  t.after(() => podman('volume', 'rm', '--force', 'spool'));
  const services = await composeServices({ SLUICE_FROM: outbox, SLUICE_TO: inbox });
  const started: string[] = [];
  for (const name of ['upload', 'download', 'serve', 'console'] as const)
    started.push(await start(t, name, services[name]!, broker.bootstrapServers, { console: key }));
  const arrived = join(inbox, 'inbox', 'here');
  await waitFor(async () => (await readdir(arrived).catch(() => [])).length === 101, {
    timeout: 180_000,
    interval: 500,
    what: 'files to arrive',
  });
  assert.equal(await right(runCommand('diff', ['-r', outbox, arrived])), '');
  for (const own of started) {
    // A server is well once the topic of media is there, which nobody has made here.
    if (!own.includes('serve')) await right(podman('healthcheck', 'run', own));
    const begun = performance.now();
    await right(podman('stop', '--time', '60', own));
    const code = await right(podman('inspect', '--format', '{{.State.ExitCode}}', own));
    t.diagnostic(`${own}: exit code ${code} after ${((performance.now() - begun) / 1000).toFixed(1)} s`);
    assert.equal(code, /serve|console/.test(own) ? '0' : '130');
  }
});
