/** `npm run test:deb`: the package for Debian: judged by lintian, installed in a container of this system, used, upgraded, removed, purged. */
import assert from 'node:assert/strict';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startBroker } from '../../src/broker/broker.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runCommand } from '../support/process.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));
const { version } = JSON.parse(await readFile(join(project, 'package.json'), 'utf8')) as { version: string };
const architecture = (await runCommand('dpkg', ['--print-architecture'])).stdout.trim();
const debian = join(project, `build/deb/sluice_${version}_${architecture}.deb`);

test('lintian finds nothing that is not explained', async () => {
  const { code, stdout, stderr } = await runCommand('lintian', ['--fail-on', 'error,warning', debian]);
  assert.equal(code, 0, stdout + stderr);
  assert.equal(stdout.trim(), '');
});

test('Installed, it runs as a unit; an upgrade keeps settings; a purge leaves what others made', async (t) => {
  const broker = await startBroker();
  t.after(() => broker.stop());
  const folder = await temporaryFolder(t);
  const [out, layer] = [join(folder, 'out'), join(folder, 'layer')];
  await Promise.all([out, layer].map((each) => mkdir(each)));
  await copyFile(debian, join(out, 'sluice.deb'));
  await writeFile(
    join(out, 'till.properties'),
    `bootstrap.servers=${broker.bootstrapServers}\nsluice.topic=files\nsluice.from=/srv/outbox\nsluice.name=till\nsluice.min.age=0\n`,
  );
  await writeFile(
    join(out, 'play.service'),
    '[Unit]\nAfter=systemd-journald.service\n[Service]\nType=oneshot\nExecStart=/bin/bash /play.sh\nTimeoutStartSec=400\n',
  );
  // This system with a layer of memory above it, which goes with the name space that it is mounted in.
  const layered = `
    mount -t tmpfs none "$1" && mkdir "$1/upper" "$1/work" "$1/root" &&
    mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root" &&
    shift && exec timeout 450 "$@"`;
  const container = [
    ...['systemd-nspawn', '--register=no', '--keep-unit', '--quiet', `--directory=${layer}/root`, '--boot'],
    ...['--machine=sluice-deb', '--link-journal=no', `--bind=${out}:/out`],
    `--bind-ro=${join(project, 'test/deploy/deb.sh')}:/play.sh`,
    `--bind-ro=${join(out, 'play.service')}:/etc/systemd/system/play.service`,
    ...['systemd.firstboot=no', 'systemd.unit=play.service'],
  ];
  const { stdout, stderr } = await runCommand('unshare', [
    ...['--mount', 'sh', '-c', layered, 'sh', layer],
    ...container,
  ]);
  const read = (name: string) => readFile(join(out, name), 'utf8').catch(() => '');
  const seen = (await read('seen'))
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
  const told = `${stdout.slice(-2000)}${stderr}\n${await read('log')}\n${await read('journal')}`;
  assert.deepEqual(
    seen,
    [
      ['installed', 'install ok installed'],
      ['version', version],
      ['user', 'sluice /var/lib/sluice:/usr/sbin/nologin'],
      ['settings', '750 root:sluice'],
      ['running', '0'],
      ['manual', 'there'],
      ['completes', '1'],
      ['uploaded', '1'],
      ['upgraded', '# mine active'],
      ['goes on', '2'],
      ['removed', 'inactive gone gone there'],
      ['purged', 'gone there there gone'],
      ['told', '2'],
      ['left', '0'],
      ['end', 'reached'],
    ],
    told,
  );
});
