/** `--stripe-above` by whole programs and a real Kafka: one large file in all partitions, received, listed and given out whole, and by one member of a group. */
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createKafka } from '../../src/kafka/client.ts';
import { decodeFileRecord } from '../../src/records/file-record.ts';
import { endMembers, groupGround } from '../group/ground.ts';
import { folderPlace } from '../group/places.ts';
import { administrator } from '../support/administrator.ts';
import { testBroker } from '../support/broker.ts';
import { noise, sha256 } from '../support/bytes.ts';
import { differences } from '../support/files.ts';
import { temporaryFolder } from '../support/folder.ts';
import { redirectSluice, runSluice } from '../support/sluice.ts';
import { uniqueTopic } from '../support/unique.ts';

const size = 8_000_000;

test('Chunks in all partitions: received, listed and given out whole; what is gone of one is named', async (t) => {
  const { bootstrapServers } = await testBroker();
  const topic = uniqueTopic('stripes');
  const flags = ['--bootstrap-servers', bootstrapServers, '--topic', topic];
  const folder = await temporaryFolder(t);
  const [from, to] = [join(folder, 'from'), join(folder, 'to')];
  await mkdir(from);
  await writeFile(join(from, 'disk.img'), noise(size));
  await writeFile(join(from, 'small'), noise(700_000));
  const words = ['upload', '--from', from, '--name', 'till', '--once', '--min-age', '0'];
  const sent = await runSluice([...words, ...flags, '--partitions', '4', '--stripe-above', '1MB']);
  assert.equal(sent.code, 0, sent.stderr);

  const { chunks, home, ends } = await placesOf(bootstrapServers, topic, 'disk.img');
  assert.deepEqual(chunks, [0, 1, 2, 3]);
  assert.equal((await placesOf(bootstrapServers, topic, 'small')).chunks.length, 1);

  const listed = await runSluice(['list', '--json', ...flags]);
  assert.equal(listed.code, 0, listed.stderr);
  const files = listed.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const large = files.find(({ path }) => path === 'disk.img');
  assert.deepEqual([large?.size, large?.state], [size, 'complete'], listed.stdout);
  const given = join(folder, 'given');
  const cat = await redirectSluice(`> ${given}`, ['cat', 'till/disk.img', ...flags]);
  assert.equal(cat.code, 0, cat.stderr);
  assert.equal(sha256(await readFile(given)), sha256(await readFile(join(from, 'disk.img'))));

  const received = await runSluice(['download', '--to', to, '--once', ...flags]);
  assert.equal(received.code, 0, received.stderr);
  assert.equal(await differences(from, join(to, 'till')), '');

  const other = chunks.find((partition) => partition !== home)!;
  await administrator(t, bootstrapServers).deleteRecords(topic, other, ends.get(other)!);
  const late = await runSluice(['download', '--to', join(folder, 'late'), '--once', ...flags]);
  assert.equal(late.code, 3, late.stderr);
  assert.match(late.stderr + late.stdout, /"path":"disk\.img".*"missing-data"/);
});

test('Two members of a group at a folder have each striped file once', async (t) => {
  const { bootstrapServers } = await testBroker();
  const place = await folderPlace(t);
  const ground = await groupGround(t, bootstrapServers, place, { partitions: 4, takeOverAfter: '10s' });
  const sizes = new Map<string, number>();
  for (let file = 0; file < 4; file++) sizes.set(`large/${file}`, 3_000_000 + file);
  for (let file = 0; file < 8; file++) sizes.set(`small/${file}`, 5000);
  await ground.make(sizes);
  const { code, stderr } = await ground.upload('--stripe-above', '1MB').ended;
  assert.equal(code, 0, stderr);
  const members = [ground.join('a'), ground.join('b')];
  await ground.filled(120_000, 'bytes');
  await endMembers(members);
  assert.deepEqual(await ground.faults(), []);
  const told = members.flatMap(({ events }) => events.filter(({ type }) => type === 'received'));
  assert.deepEqual(told.map(({ path }) => path).toSorted(), [...sizes.keys()].toSorted());
});

/** The partitions that have chunks of a file, the one with its closing record, and where all of them end. */
async function placesOf(bootstrapServers: string, topic: string, path: string) {
  const kafka = createKafka({ properties: { 'bootstrap.servers': bootstrapServers } });
  try {
    const from = await kafka.offsets(topic, 'earliest');
    const ends = await kafka.offsets(topic, 'latest');
    const chunks = new Set<number>();
    let home: number | undefined;
    for await (const batch of kafka.consumer({ topic, from, until: ends })) {
      for (const record of batch.records) {
        const decoded = decodeFileRecord(record);
        if (decoded?.kind !== 'chunk' && decoded?.kind !== 'close') continue;
        if (decoded.path !== path) continue;
        if (decoded.kind === 'chunk') chunks.add(batch.partition);
        else home = batch.partition;
      }
      batch.release();
    }
    return { chunks: [...chunks].toSorted(), home, ends };
  } finally {
    await kafka.close();
  }
}
