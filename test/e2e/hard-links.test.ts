/** Names of one file by whole programs and a real Kafka, in clear and encrypted. */
import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { link, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { testBroker } from '../support/broker.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runSluice } from '../support/sluice.ts';
import { uniqueTopic } from '../support/unique.ts';

test('What is one file at the source is one at the sink, in clear and encrypted', async (t) => {
  const { bootstrapServers } = await testBroker();
  const folder = await temporaryFolder(t);
  const from = join(folder, 'from');
  await mkdir(join(from, 'd'), { recursive: true });
  await writeFile(join(from, 'a'), 'x'.repeat(50_000));
  await link(join(from, 'a'), join(from, 'd/b'));
  const secret = join(folder, 'secret');
  await writeFile(secret, 'a passphrase of some length\n');
  for (const [upload, download] of [
    [[], []],
    [
      ['--encrypt-passphrase-file', secret],
      ['--passphrase-file', secret],
    ],
  ] as const) {
    const env = {
      SLUICE_BOOTSTRAP_SERVERS: bootstrapServers,
      SLUICE_TOPIC: uniqueTopic('hard-links'),
      SLUICE_MIN_AGE: '0',
    };
    const to = join(folder, `to-${upload.length}`);
    const runs = [
      ['upload', '--from', from, '--name', 'till', '--once', '--hard-links', ...upload],
      ['download', '--to', to, '--once', ...download],
    ];
    for (const words of runs) {
      const { code, stderr } = await runSluice(words, { env });
      assert.equal(code, 0, stderr);
    }
    const [a, b] = ['a', 'd/b'].map((path) => statSync(join(to, 'till', path)));
    assert.deepEqual([a?.ino, a?.nlink, a?.size], [b?.ino, 2, 50_000]);
  }
});
