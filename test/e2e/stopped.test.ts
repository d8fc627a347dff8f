/** A downloader that is stopped (SIGSTOP) in the middle of a file, and somebody who writes into its temporary files meanwhile. */
import assert from 'node:assert/strict';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createKafka } from '../../src/kafka/client.ts';
import type { NewRecord } from '../../src/kafka/contract.ts';
import { testBroker } from '../support/broker.ts';
import { noise } from '../support/bytes.ts';
import { changeInPlace } from '../support/change-part.ts';
import { craftedChunks, craftedClose } from '../support/crafted.ts';
import { temporaryFolder } from '../support/folder.ts';
import { followSluice } from '../support/sluice-events.ts';
import { uniqueTopic } from '../support/unique.ts';
import { waitFor } from '../support/wait.ts';

test('What somebody changes in place while the downloader is stopped does not arrive', async (t) => {
  const { bootstrapServers } = await testBroker();
  const folder = await temporaryFolder(t);
  const topic = uniqueTopic('stopped');
  const kafka = createKafka({ properties: { 'bootstrap.servers': bootstrapServers } });
  t.after(() => kafka.close());
  await kafka.createTopic({ name: topic, partitions: 1, replicationFactor: 1 });
  const producer = kafka.producer();
  const append = (records: readonly NewRecord[]): Promise<unknown> =>
    Promise.all(records.map((record) => producer.append(topic, 0, record)));
  const file = { path: 'a', bytes: noise(4_000_000), chunk: 200_000 };
  const chunks = craftedChunks(file);
  await append(chunks.slice(0, 10));
  const downloader = followSluice([
    ...['download', '--to', folder, '--topic', topic, '--bootstrap-servers', bootstrapServers],
  ]);
  t.after(() => downloader.kill());
  const parts = join(folder, '.sluice/parts');
  const [part] = await waitFor(async () => {
    const names = (await readdir(parts)).map((name) => join(parts, name));
    return names.length === 1 && (await stat(names[0]!)).size === 2_000_000 ? names : undefined;
  });
  downloader.child.kill('SIGSTOP');
  await changeInPlace(part!, 1_000_000);
  downloader.child.kill('SIGCONT');
  await append([...chunks.slice(10), craftedClose(file)]);
  await downloader.event(({ type }) => type === 'received', 'the file had arrived');
  assert.ok((await readFile(join(folder, 'shop/a'))).equals(file.bytes));
  await downloader.event(
    ({ type, message }) => type === 'warning' && /fetched again/.test(String(message)),
    'it was said',
  );
});
