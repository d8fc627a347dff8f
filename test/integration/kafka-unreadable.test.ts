/** A batch that nobody can read, written by somebody who may write to the topic: everything around it arrives. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { cat } from '../../src/files/cat.ts';
import { download } from '../../src/files/download.ts';
import type { DownloadEvent } from '../../src/files/shared/events.ts';
import { createKafka } from '../../src/kafka/client.ts';
import type { ReadingGap } from '../../src/kafka/contract.ts';
import { testBroker } from '../support/broker.ts';
import { craftedUpload } from '../support/crafted.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runCommand } from '../support/process.ts';
import { uniqueTopic } from '../support/unique.ts';

test('A few kilobytes that become more than anybody takes cost nobody his files', async (t) => {
  const properties = { 'bootstrap.servers': (await testBroker()).bootstrapServers };
  const kafka = createKafka({ properties });
  t.after(() => kafka.close());
  const topic = uniqueTopic();
  const folder = await temporaryFolder(t);
  await kafka.createTopic({ name: topic, partitions: 1, replicationFactor: 1 });
  const records = craftedUpload({ path: 'a', bytes: Buffer.alloc(1200, 'a') });
  const producer = kafka.producer();
  t.after(() => producer.close());
  await producer.append(topic, 0, records[0]!);
  // Kafka's limits are about what is compressed.
  const bomb = join(folder, 'bomb');
  await writeFile(bomb, Buffer.alloc(140_000_000));
  const limits = [
    '-X',
    'message.max.bytes=300000000',
    '-X',
    'queue.buffering.max.kbytes=300000',
    '-z',
    'zstd',
  ];
  const args = ['-P', '-b', properties['bootstrap.servers'], '-t', topic, '-p', '0', ...limits, bomb];
  const { code, stderr } = await runCommand('kcat', args);
  assert.equal(code, 0, stderr);
  for (const record of records.slice(1)) await producer.append(topic, 0, record);

  const reading = { topic, from: new Map([[0, 0]]), until: await kafka.offsets(topic, 'latest') };
  const gaps: ReadingGap[] = [];
  const offsets: number[] = [];
  for await (const batch of kafka.consumer({ ...reading, onGap: (gap) => gaps.push(gap) })) {
    offsets.push(...batch.records.map(({ offset }) => offset));
    batch.release();
  }
  assert.deepEqual(offsets, [0, 2, 3, 4]);
  assert.deepEqual(
    gaps.map(({ from, earliest }) => [from, earliest]),
    [[1, 2]],
  );
  assert.match(gaps[0]?.unreadable ?? '', /does not expand to at most/);
  await assert.rejects(
    async () => {
      for await (const batch of kafka.consumer(reading)) batch.release();
    },
    { kind: 'corrupt' },
  );

  const events: DownloadEvent[] = [];
  const options = { kafka: properties, topic, name: 'office', once: true } as const;
  const summary = await download({
    ...options,
    to: join(folder, 'sink'),
    onEvent: (event) => events.push(event),
  });
  assert.deepEqual([summary.files, summary.failed, summary.open], [1, 1, 0]);
  const lost = events.find((event) => event.type === 'lost');
  assert.match(lost?.message ?? '', /offsets 1\.\.1 .* cannot be read/);
  const pieces: Buffer[] = [];
  for await (const piece of cat({ kafka: properties, topic, file: 'shop/a' }))
    pieces.push(Buffer.from(piece));
  assert.equal(Buffer.concat(pieces).toString(), 'a'.repeat(1200));
});
