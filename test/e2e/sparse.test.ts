/** Files with holes, from end to end: what is not there costs little on the way, and takes no room at the sink. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createKafka } from '../../src/kafka/client.ts';
import { testBroker } from '../support/broker.ts';
import { sha256 } from '../support/bytes.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runSluice } from '../support/sluice.ts';
import { storedBatches } from '../support/stored-batches.ts';
import { uniqueTopic } from '../support/unique.ts';

const size = 128 * 1024 * 1024;
const pieces = 4;
const pieceBytes = 256 * 1024;

test('Of a file of 128 MiB that is a hole but for 1 MiB, little more than that goes over the wire, and stands at the sink', async (t) => {
  const folder = await temporaryFolder(t);
  const [from, to] = [join(folder, 'from'), join(folder, 'to')];
  await mkdir(from);
  const file = await open(join(from, 'image'), 'w');
  // Begins with a hole, and ends with one.
  for (let piece = 0; piece < pieces; piece++)
    await file.write(randomBytes(pieceBytes), 0, pieceBytes, (size / pieces) * (piece + 0.5));
  await file.truncate(size);
  await file.close();
  const { bootstrapServers } = await testBroker();
  const topic = uniqueTopic();
  const kafka = createKafka({ properties: { 'bootstrap.servers': bootstrapServers } });
  t.after(() => kafka.close());
  await kafka.createTopic({ name: topic, partitions: 1, replicationFactor: 1 });
  const env = { SLUICE_BOOTSTRAP_SERVERS: bootstrapServers, SLUICE_TOPIC: topic, SLUICE_MIN_AGE: '0' };
  const up = await runSluice(['upload', '--from', from, '--name', 'shop', '--once'], { env });
  assert.equal(up.code, 0, up.stderr);
  const batches = await storedBatches(t, kafka, bootstrapServers, topic);
  const stored = batches.reduce((bytes, { start, end }) => bytes + end - start, 0);
  // What is with a piece in one batch is compressed, or is not: it shares a record of a mebibyte at the most.
  const most = 2 * pieces * 1024 * 1024 + size / 1000;
  assert.ok(stored < most, `${stored} bytes on the topic`);
  const down = await runSluice(['download', '--to', to, '--once'], { env });
  assert.equal(down.code, 0, down.stderr);
  const [source, sink] = await Promise.all([stat(join(from, 'image')), stat(join(to, 'shop', 'image'))]);
  // A slow disk takes a block for each chunk that ends in a hole.
  const chunks = Math.ceil(size / 1_000_000);
  assert.ok(sink.blocks <= source.blocks + 8 * chunks, `${sink.blocks} blocks of ${source.blocks}`);
  const [sent, received] = await Promise.all(
    [from, join(to, 'shop')].map((at) => readFile(join(at, 'image'))),
  );
  assert.equal(sha256(received!), sha256(sent!));
});
