/** `sluice status`: running transfers answer, those that are gone do not, and nobody else is listened to. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { testBroker } from '../support/broker.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runSluice } from '../support/sluice.ts';
import { followSluice } from '../support/sluice-events.ts';
import { uniqueTopic } from '../support/unique.ts';
import { waitFor } from '../support/wait.ts';

test('uploads and downloads say how they are, to Prometheus too; sockets of those that were killed are removed', async (t) => {
  const runtime = await temporaryFolder(t);
  const from = join(runtime, 'from');
  await mkdir(from);
  await writeFile(join(from, 'film.bin'), randomBytes(2_000_000));
  const { bootstrapServers } = await testBroker();
  const env = {
    XDG_RUNTIME_DIR: runtime,
    SLUICE_BOOTSTRAP_SERVERS: bootstrapServers,
    SLUICE_TOPIC: uniqueTopic(),
    SLUICE_MIN_AGE: '0',
    SLUICE_METRICS_PORT: '0',
  };
  const ask = async () => {
    const { code, stdout, stderr } = await runSluice(['status', '--json'], { env });
    assert.equal(stderr, '');
    const lines = stdout.split('\n').filter((line) => line !== '');
    return { code, all: lines.map((line) => JSON.parse(line)) };
  };
  assert.deepEqual(await ask(), { code: 3, all: [] });

  const up = followSluice(['upload', '--from', from, '--name', 'till', '--bandwidth', '20kB'], { env });
  t.after(() => up.kill());
  const down = followSluice(['download', '--to', join(runtime, 'to'), '--name', 'office'], { env });
  t.after(() => down.kill());
  await down.event(({ type }) => type === 'started', 'the download has started');
  await waitFor(() => (up.progress?.inFlight as unknown[] | undefined)?.length === 1);
  const { code, all } = await ask();
  assert.equal(code, 0);
  assert.deepEqual(all.map(({ verb, name, pid }) => [verb, name, pid]).sort(), [
    ['download', 'office', down.child.pid],
    ['upload', 'till', up.child.pid],
  ]);
  const { running, bandwidth, filesOpen, inFlight } = all.find(({ verb }) => verb === 'upload');
  assert.deepEqual([running, bandwidth, filesOpen], [true, 20_000, 1]);
  assert.deepEqual([inFlight[0].path, inFlight[0].size], ['film.bin', 2_000_000]);

  const figuresOf = async ({ event }: typeof up) => {
    const { url } = await event(({ type }) => type === 'figures', 'where its figures are');
    const [ready, text] = await Promise.all(
      ['readyz', 'metrics'].map(async (path) => (await fetch(`${url}/${path}`)).text()),
    );
    return { ready, of: (name: string) => /^ (.*)$/m.exec(text?.split(`\n${name}`)[1] ?? '')?.[1] };
  };
  const [sending, receiving] = await Promise.all([figuresOf(up), figuresOf(down)]);
  assert.deepEqual([sending.ready, receiving.ready], ['ok', 'ok']);
  assert.deepEqual(
    ['upload_open_files', 'upload_files_total', 'upload_waiting{on="kafka"}'].map((name) =>
      sending.of(`sluice_${name}`),
    ),
    ['1', '0', '0'],
  );
  assert.match(sending.of('sluice_upload_oldest_open_seconds') ?? '', /^\d/);
  const topic = env.SLUICE_TOPIC;
  assert.equal(receiving.of(`sluice_download_info{name="office",topic="${topic}"}`), '1');
  assert.equal(receiving.of('sluice_download_failures_total{reason="digest-mismatch"}'), '0');
  for (const name of ['sink_free_bytes', 'sink_size_bytes', 'lag_records', 'headroom_records'])
    assert.match(receiving.of(`sluice_download_${name}`) ?? '', /^\d/, name);

  await up.kill();
  down.child.kill('SIGTERM');
  await down.ended;
  const sockets = () => readdir(join(runtime, 'sluice'));
  assert.equal((await sockets()).length, 1, 'who ends in good order leaves none');
  assert.deepEqual(await ask(), { code: 3, all: [] });
  assert.deepEqual(await sockets(), []);
  assert.equal((await stat(join(runtime, 'sluice'))).mode & 0o777, 0o700);
});

test('a folder that others may write to is neither used nor listened to', async (t) => {
  const runtime = await temporaryFolder(t);
  await mkdir(join(runtime, 'sluice'));
  await chmod(join(runtime, 'sluice'), 0o777);
  await mkdir(join(runtime, 'from'));
  const { bootstrapServers } = await testBroker();
  const env = { XDG_RUNTIME_DIR: runtime, SLUICE_BOOTSTRAP_SERVERS: bootstrapServers };
  const words = ['upload', '--from', join(runtime, 'from'), '--topic', uniqueTopic()];
  const up = followSluice(words, { env });
  t.after(() => up.kill());
  await up.event(({ type }) => type === 'started', 'it runs all the same');
  assert.deepEqual(await readdir(join(runtime, 'sluice')), []);
  assert.equal((await runSluice(['status'], { env })).code, 3);
});
