/** Encrypted files as a user sends them: spawned commands, a real Kafka, and kcat as the stranger who reads the topics. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { ageKeys } from '../support/age-keys.ts';
import { testBroker } from '../support/broker.ts';
import { differences } from '../support/files.ts';
import { temporaryFolder } from '../support/folder.ts';
import { kcat } from '../support/kcat.ts';
import { runSluice } from '../support/sluice.ts';
import { uniqueTopic } from '../support/unique.ts';

const contents = new Map<string, Buffer>([
  ['the film of the year.bin', randomBytes(1_500_000)],
  [
    'notes/what nobody is to know.txt',
    Buffer.from('line after line of what nobody is to know\n'.repeat(3000)),
  ],
  ...Array.from({ length: 40 }, (_, index) => {
    return [`receipts/receipt number ${index}.json`, randomBytes(100 + index)] as const;
  }),
]);

test('Kafka never sees what is encrypted; a killed upload goes on; who has a key has all, who has none is told', async (t) => {
  const folder = await temporaryFolder(t);
  const from = join(folder, 'from');
  for (const [path, bytes] of contents) {
    await mkdir(dirname(join(from, path)), { recursive: true });
    await writeFile(join(from, path), bytes);
  }
  const [anna, bert] = [await ageKeys(folder, 'anna'), await ageKeys(folder, 'bert')];
  const { bootstrapServers } = await testBroker();
  const topic = uniqueTopic();
  const env = { SLUICE_BOOTSTRAP_SERVERS: bootstrapServers, SLUICE_TOPIC: topic, SLUICE_MIN_AGE: '0' };
  const recipients = ['--encrypt-to', anna.recipient, '--encrypt-to', bert.recipient];
  const secret = [...recipients, '--encrypt-names', join(folder, 'names.key')];
  const upload = ['upload', '--from', from, '--name', 'till', '--once', '--chunk-size', '60000', ...secret];

  const armed = new URL('../crash/armed.ts', import.meta.url).href;
  const deadly = { NODE_OPTIONS: `--import ${armed}`, CRASH_AT: 'chunk:after-ack/12' };
  const killed = await runSluice(upload, { env: { ...env, ...deadly } });
  assert.equal(killed.signal, 'SIGKILL', killed.stderr);
  const sent = await runSluice(upload, { env });
  assert.equal(sent.code, 0, sent.stderr);

  const dumps = [topic, `${topic}.state`].map((name) =>
    kcat(['-C', '-b', bootstrapServers, '-t', name, '-e', '-q', '-D', '', '-f', '%k%h%s']),
  );
  const all = Buffer.concat(await Promise.all(dumps));
  assert.ok(all.length > 1_500_000);
  const found: string[] = [];
  for (const [path, bytes] of contents) {
    for (let at = 0; at + 16 <= Math.min(bytes.length, 4000); at++) {
      if (all.includes(bytes.subarray(at, at + 16))) found.push(`${path} at ${at}`);
      // What is long is looked for here and there: each look reads all of the dump.
      if (bytes.length > 4000 || at > 16) at += 499;
    }
    for (let at = 0; at + 16 <= path.length; at++)
      if (all.includes(path.slice(at, at + 16))) found.push(path);
  }
  assert.deepEqual(found, []);

  for (const { file } of [anna, bert]) {
    const to = `${file}.files`;
    const down = await runSluice(['download', '--to', to, '--once', '--identity', file], { env });
    assert.equal(down.code, 0, down.stderr);
    assert.equal(await differences(from, join(to, 'till')), '');
  }
  const down = await runSluice(['download', '--to', join(folder, 'none'), '--once'], { env });
  assert.equal(down.code, 3, down.stderr);
  assert.match(down.stderr + down.stdout, /encrypted, and no key was given/);

  const listed = await runSluice(['list', '--identity', bert.file], { env });
  assert.deepEqual([listed.code, listed.stdout.trim().split('\n').length], [0, contents.size], listed.stderr);
  assert.match(listed.stdout, /complete .*till\/the film of the year\.bin {2}\(encrypted\)/);
  const shut = await runSluice(['list'], { env });
  assert.equal(shut.code, 3);
  assert.match(shut.stdout, /\? +complete +till\/[0-9a-f]{64} {2}\(encrypted: no key\)/);
  assert.match(shut.stderr, /add --identity FILE/);

  const name = 'till/notes/what nobody is to know.txt';
  const refused = await runSluice(['cat', name], { env });
  assert.deepEqual([refused.code, refused.stdout], [3, '']);
  assert.match(refused.stderr, /encrypted, and no key was given: add --identity FILE/);
});
