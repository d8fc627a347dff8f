/** `sluice verify`, on a folder that a real downloader filled. */
import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { testBroker } from '../support/broker.ts';
import { noise } from '../support/bytes.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runSluice } from '../support/sluice.ts';
import { uniqueTopic } from '../support/unique.ts';

test('A folder is compared with its topic: what is not right is named, with exit code 3', async (t) => {
  const { bootstrapServers } = await testBroker();
  const env = { SLUICE_BOOTSTRAP_SERVERS: bootstrapServers, SLUICE_TOPIC: uniqueTopic('verify') };
  const folder = await temporaryFolder(t);
  const [from, to] = [join(folder, 'from'), join(folder, 'to')];
  await mkdir(from);
  const names = ['a.jpg', 'b.jpg', 'line\nfeed'];
  for (const name of names) await writeFile(join(from, name), noise(3_000_000));
  const run = async (...args: string[]) => runSluice(args, { env });
  const sent = await run('upload', '--from', from, '--name', 'till-7', '--once', '--min-age', '0');
  assert.equal(sent.code, 0, sent.stderr);
  const nothing = await run('verify', '--to', to);
  assert.equal(nothing.code, 2, 'there is no such folder');
  // `--from` is no flag of this verb.
  assert.match(nothing.stderr, /^sluice: cannot read the folder .*\/to \(ENOENT.*or name another$/m);
  const received = await run('download', '--to', to, '--once');
  assert.equal(received.code, 0, received.stderr);

  const right = await run('verify', '--to', to);
  assert.deepEqual([right.code, right.stdout], [0, ''], right.stderr);
  assert.match(right.stderr, /^3 files right \(9 MB\)/);

  await rm(join(to, 'till-7', 'a.jpg'));
  await writeFile(join(to, 'till-7', 'line\nfeed'), 'other');
  const wrong = await run('verify', '--to', to);
  assert.equal(wrong.code, 3, wrong.stderr);
  assert.match(wrong.stdout, /^missing +till-7\/a\.jpg /m);
  assert.match(wrong.stdout, /^different +till-7\/line\S+feed +it has 5 bytes, and is to have 3000000$/m);
  assert.match(wrong.stderr, /1 file right .*, 1 missing, 1 different/);
  const asJson = await run('verify', '--to', to, '--json');
  const results = asJson.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { path: string; result: string });
  assert.deepEqual(
    results.toSorted((a, b) => (a.path < b.path ? -1 : 1)).map(({ result }) => result),
    ['missing', 'right', 'different'],
  );
  assert.equal((await run('verify', '--to', to, '--uploader', 'nobody')).code, 0);
});
