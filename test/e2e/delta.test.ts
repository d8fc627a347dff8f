/** `--delta` by whole programs and a real Kafka: what is new goes over the wire, and all of it arrives. */
import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { administrator } from '../support/administrator.ts';
import { testBroker } from '../support/broker.ts';
import { noise } from '../support/bytes.ts';
import { differences } from '../support/files.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runSluice } from '../support/sluice.ts';
import { uniqueTopic } from '../support/unique.ts';

const size = 8_000_000;

test('Inserted, appended, cut off, moved: a little is sent; taken from the sink, or from the topic; gone from both it fails by name', async (t) => {
  const { bootstrapServers } = await testBroker();
  const topic = uniqueTopic('delta');
  const env = { SLUICE_BOOTSTRAP_SERVERS: bootstrapServers, SLUICE_TOPIC: topic, SLUICE_MIN_AGE: '0' };
  const folder = await temporaryFolder(t);
  const [from, to] = [join(folder, 'from'), join(folder, 'to')];
  await mkdir(from);
  const up = async (...more: string[]): Promise<number> => {
    const words = ['upload', '--from', from, '--name', 'till', '--once', '--json', '--delta', ...more];
    const { code, stdout, stderr } = await runSluice([...words, '--partitions', '1'], { env });
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout.trim().split('\n').at(-1)!).wireBytes;
  };
  const down = async (sink = to) => runSluice(['download', '--to', sink, '--once'], { env });
  const arrives = async (sink = to): Promise<void> => {
    const { code, stderr } = await down(sink);
    assert.equal(code, 0, stderr);
    assert.equal(await differences(from, join(sink, 'till')), '');
  };
  let bytes: Buffer = Buffer.from(noise(size));
  const write = (parts: readonly Uint8Array[]): Promise<void> => {
    bytes = Buffer.concat(parts);
    return writeFile(join(from, 'disk.img'), bytes);
  };
  await write([bytes]);
  assert.ok((await up()) >= size);
  await arrives();
  const half = size / 2;
  for (const change of [
    () => [bytes.subarray(0, half), noise(50_000), bytes.subarray(half)],
    () => [bytes, noise(50_000)],
    () => [bytes.subarray(0, half)],
    () => [bytes.subarray(3_000_000), bytes.subarray(1_000_000, 2_000_000), bytes.subarray(0, 3_000_000)],
  ]) {
    await write(change());
    const sent = await up();
    assert.ok(sent < 500_000, `${sent} bytes`);
  }
  await arrives();
  await rm(join(to, 'till', 'disk.img'));
  await write([bytes.subarray(0, half), noise(50_000), bytes.subarray(half)]);
  assert.ok((await up()) < 500_000);
  await arrives();
  await arrives(join(folder, 'new'));
  const cat = await runSluice(['cat', 'till/disk.img'], { env });
  assert.equal(cat.code, 0, cat.stderr);

  await administrator(t, bootstrapServers).deleteRecords(topic, 0, 3);
  const gone = await down(join(folder, 'late'));
  assert.equal(gone.code, 3);
  assert.match(gone.stderr + gone.stdout, /till\/disk\.img/);
  assert.ok((await up('--resend')) >= bytes.length);
  await arrives(join(folder, 'later'));
  const refused = await runSluice(
    ['upload', '--from', from, '--once', '--delta', '--encrypt-to', `age1${'q'.repeat(58)}`],
    { env },
  );
  assert.equal(refused.code, 2);
});
