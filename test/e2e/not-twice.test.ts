/** What is on the topic already is not sent again, by whole programs and a real Kafka. */
import assert from 'node:assert/strict';
import { cp, mkdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { ageKeys } from '../support/age-keys.ts';
import { testBroker } from '../support/broker.ts';
import { noise } from '../support/bytes.ts';
import { differences } from '../support/files.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runSluice } from '../support/sluice.ts';
import { uniqueTopic } from '../support/unique.ts';

const size = 4_000_000;

test('Copies of a file, one that was touched and one with another name: the bytes of one, and all of them arrive', async (t) => {
  const { bootstrapServers } = await testBroker();
  const env = {
    SLUICE_BOOTSTRAP_SERVERS: bootstrapServers,
    SLUICE_TOPIC: uniqueTopic('twice'),
    SLUICE_MIN_AGE: '0',
  };
  const folder = await temporaryFolder(t);
  const [from, to] = [join(folder, 'from'), join(folder, 'to')];
  await mkdir(join(from, 'dir'), { recursive: true });
  const up = async () => {
    const words = ['upload', '--from', from, '--name', 'till', '--once', '--json'];
    const { code, stdout, stderr } = await runSluice(words, { env });
    assert.equal(code, 0, stderr);
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const sent = events.filter(({ type }) => type === 'sent');
    return { wireBytes: events.at(-1).wireBytes, of: sent.map(({ copyOf }) => copyOf) };
  };
  const bytes = noise(size);
  for (let n = 0; n < 4; n++) await writeFile(join(from, `${n}`), bytes);
  const first = await up();
  assert.equal(first.wireBytes, size);
  assert.equal(first.of.filter((path) => path === undefined).length, 1);

  await rename(join(from, '3'), join(from, 'dir', 'renamed'));
  await utimes(join(from, '2'), 1_700_000_000, 1_700_000_000);
  await cp(join(from, '2'), join(from, 'dir', 'copy'));
  assert.equal((await up()).wireBytes, 0);
  assert.equal((await up()).of.length, 0);
  const down = await runSluice(['download', '--to', to, '--once'], { env });
  assert.equal(down.code, 0, down.stderr);
  await rm(join(to, 'till', '3'));
  assert.equal(await differences(from, join(to, 'till')), '');

  const cat = await runSluice(['cat', 'till/dir/renamed'], { env });
  assert.equal(cat.code, 0, cat.stderr);
  const { recipient } = await ageKeys(folder, 'key');
  const secret = ['--encrypt-to', recipient, '--not-twice', 'always'];
  const refused = await runSluice(['upload', '--from', from, '--once', ...secret], { env });
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /--not-twice always and --encrypt-to do not go together/);
});
