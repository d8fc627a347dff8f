/** `npm run test:systemd`: the units of `deploy/systemd`, rated by systemd, and run by one of its own, in a container. */
import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startBroker } from '../../src/broker/broker.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runCommand } from '../support/process.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));
const units = join(project, 'deploy/systemd');
const services = (await readdir(units)).filter((name) => name.endsWith('.service'));

test('systemd finds no fault in the units, and little that they expose', async () => {
  assert.equal(services.length, 5);
  for (const name of services) {
    const { code, stdout } = await runCommand('systemd-analyze', [
      ...['security', '--offline=true', '--no-pager', '--threshold=20'],
      join(units, name),
    ]);
    assert.equal(code, 0, stdout);
    console.log(stdout.trimEnd().split('\n').at(-1));
  }
});

/** What a container of this machine's own programs needs: our units, the command, and a folder to tell what it sees. */
async function containerFolder(t: TestContext, bootstrapServers: string): Promise<string> {
  const folder = await temporaryFolder(t);
  const connection = `bootstrap.servers=${bootstrapServers}\nsluice.topic=files\n`;
  const live = 'sluice.port=8099\nsluice.rtmp.port=19350\n';
  const files = 'sluice.from=/srv/outbox\nsluice.name=till\nsluice.min.age=0\n';
  const settings = {
    till: `${connection}${files}${live}sluice.to=/var/lib/sluice/inbox\n`,
    elsewhere: `${connection}sluice.name=elsewhere\nsluice.to=/srv/elsewhere\n`,
    page: `${connection}sluice.port=8098\nsluice.spool.folder=/var/lib/sluice/spool\n`,
    others: `${connection}sluice.from=/srv/others\nsluice.name=others\nsluice.min.age=0\nsluice.owner=true\n`,
    owned: `${connection}sluice.to=/var/lib/sluice/owned\nsluice.name=owned\nsluice.owner=name\n`,
    moving: `${connection}sluice.from=/srv/moving\nsluice.name=moving\nsluice.min.age=0\nsluice.move=true\n`,
    low: `${connection}sluice.port=809\n`,
    wrong: `${connection}${files}sluice.parallel=many\n`,
  };
  for (const [name, text] of Object.entries(settings))
    await writeFile(join(folder, `${name}.properties`), text);
  await mkdir(join(folder, 'bin'));
  const command = '/opt/sluice/node_modules/node/bin/node /opt/sluice/dist/cli/main.js';
  await writeFile(join(folder, 'bin/sluice'), `#!/bin/sh\nexec ${command} "$@"\n`);
  await chmod(join(folder, 'bin/sluice'), 0o755);
  await writeFile(
    join(folder, 'play.service'),
    '[Unit]\nAfter=systemd-journald.service\n[Service]\nType=oneshot\nExecStart=/bin/bash /play.sh\nTimeoutStartSec=240\n',
  );
  return folder;
}

test('run by systemd, files arrive, a kill, a reload and a wrong setting do what they should', async (t) => {
  const broker = await startBroker();
  t.after(() => broker.stop());
  const folder = await containerFolder(t, broker.bootstrapServers);
  const binds = services.map((name) => `--bind-ro=${join(units, name)}:/etc/systemd/system/${name}`);
  const { stdout, stderr } = await runCommand('timeout', [
    '280',
    ...[
      'systemd-nspawn',
      '--register=no',
      '--keep-unit',
      '--quiet',
      '--directory=/',
      '--volatile=yes',
      '--boot',
    ],
    ...['--machine=sluice-units', '--link-journal=no', `--bind=${folder}:/out`],
    `--bind-ro=${join(project, 'test/deploy/play.sh')}:/play.sh`,
    `--bind-ro=${join(folder, 'play.service')}:/etc/systemd/system/play.service`,
    `--bind-ro=${join(units, 'sluice.sysusers')}:/etc/sysusers.d/sluice.conf`,
    `--overlay-ro=/usr/bin:${join(folder, 'bin')}:/usr/bin`,
    // Libraries of FFmpeg are found through these.
    '--bind-ro=/etc/alternatives',
    `--bind-ro=${project}:/opt/sluice`,
    ...binds,
    'systemd.firstboot=no',
    'systemd.unit=play.service',
  ]);
  const read = (name: string) => readFile(join(folder, name), 'utf8').catch(() => '');
  const seen = (await read('seen'))
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
  const told = `${stdout.slice(-2000)}${stderr}\n${await read('log')}\n${await read('journal')}`;
  assert.deepEqual(
    seen,
    [
      ['user', 'sluice'],
      ['arrived', 'hello'],
      ['served', '200'],
      ...['upload', 'download', 'serve', 'ingest'].map((verb) => [`active ${verb}`, 'active']),
      ['console', '200 true'],
      ['status', '2'],
      ['reloaded', '1'],
      ['restarted', 'again 1'],
      ['elsewhere', 'EROFS'],
      ['allowed', 'hello'],
      ['others', 'secret'],
      ['owned', 'games'],
      ['moved', 'gone moved'],
      ['low', '302 or 200'],
      ['wrong', '2 0'],
      ...['upload', 'download', 'serve', 'ingest'].map((verb) => [`stopped ${verb}`, 'inactive success 1']),
      ['stopped console', 'inactive success 1'],
      ['denied', '0'],
      ['end', 'reached'],
    ],
    told,
  );
});
