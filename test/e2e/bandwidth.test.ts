/** `--bandwidth` from end to end: bytes cannot come sooner than it lets them, and all of them come. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { testBroker } from '../support/broker.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runSluice } from '../support/sluice.ts';
import { uniqueTopic } from '../support/unique.ts';

/** Bytes that may be made up for, or lie in buffers of the system, at such a rate. */
const slack = 350_000;

test('a limit holds for uploads and downloads, over several files and connections, and costs nothing but time', async (t) => {
  const folder = await temporaryFolder(t);
  const [from, to] = [join(folder, 'from'), join(folder, 'to')];
  await mkdir(from);
  const files = Array.from({ length: 4 }, () => randomBytes(400_000));
  await Promise.all(files.map((bytes, at) => writeFile(join(from, `${at}.bin`), bytes)));
  const { bootstrapServers } = await testBroker();
  const env = {
    SLUICE_BOOTSTRAP_SERVERS: bootstrapServers,
    SLUICE_TOPIC: uniqueTopic(),
    SLUICE_MIN_AGE: '0',
  };
  for (const words of [
    ['upload', '--from', from, '--name', 'till', '--parallel', '4'],
    ['download', '--to', to],
  ]) {
    // A time-out that a record of the usual size would pass by far.
    const limit = ['--bandwidth', '00:00,800kB', '-X', 'request.timeout.ms=1500'];
    const { code, stdout, stderr } = await runSluice([...words, '--once', '--json', ...limit], { env });
    assert.equal(code, 0, stderr);
    const summary = JSON.parse(stdout.trim().split('\n').at(-1)!);
    const least = (1_600_000 - slack) / 800_000;
    assert.ok(summary.seconds >= least, `${words[0]}: ${summary.seconds} s`);
    assert.equal(summary.files, 4);
  }
  for (const [at, bytes] of files.entries())
    assert.ok(bytes.equals(await readFile(join(to, 'till', `${at}.bin`))));
});

test('what is no bandwidth, and no time zone, is refused', async () => {
  for (const [flag, value, words] of [
    ['--bandwidth', '2000', /is no bandwidth; write a rate with its unit/],
    ['--bandwidth', 'Mon-8:00,1M', /is no bandwidth/],
    ['--time-zone', 'Europe/Berlim', /is no time zone/],
  ] as const) {
    const place = ['--from', 'x', '--topic', 'x'];
    const { code, stderr } = await runSluice(['upload', ...place, flag, value]);
    assert.equal(code, 2, stderr);
    assert.match(stderr, words);
  }
});
