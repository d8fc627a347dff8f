/** A topic that keeps little, on a real broker: what it keeps is asked of it. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createKafka } from '../../src/kafka/client.ts';
import { testBroker } from '../support/broker.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runSluice } from '../support/sluice.ts';
import { uniqueTopic } from '../support/unique.ts';

const mib = 1024 * 1024;

test('A file that outsizes its topic is refused with the figures and exit code 3, and the others arrive', async (t) => {
  const folder = await temporaryFolder(t);
  const [from, to] = [join(folder, 'from'), join(folder, 'to')];
  await mkdir(from);
  await writeFile(join(from, 'film.mp4'), randomBytes(3 * mib));
  await writeFile(join(from, 'photo.jpg'), randomBytes(mib));
  await writeFile(join(from, 'note.txt'), 'small');
  const { bootstrapServers } = await testBroker();
  const topic = uniqueTopic();
  const kafka = createKafka({ properties: { 'bootstrap.servers': bootstrapServers } });
  const config = { 'retention.bytes': String(2 * mib), 'segment.bytes': String(mib) };
  await kafka.createTopic({ name: topic, partitions: 2, replicationFactor: 1, config });
  await kafka.close();
  const env = { SLUICE_BOOTSTRAP_SERVERS: bootstrapServers, SLUICE_TOPIC: topic, SLUICE_MIN_AGE: '0' };
  const upload = ['upload', '--from', from, '--name', 'shop', '--once'];
  const up = await runSluice(upload, { env });
  assert.equal(up.code, 3, up.stderr);
  assert.match(up.stderr, /film\.mp4/);
  assert.match(
    up.stderr,
    /it has 3145728 bytes, and a partition keeps 2097152 bytes \(retention\.bytes\), and up to 3145728/,
  );
  const down = await runSluice(['download', '--to', to, '--once'], { env });
  assert.equal(down.code, 0, down.stderr);
  assert.deepEqual((await readdir(join(to, 'shop'))).toSorted(), ['note.txt', 'photo.jpg']);
  const beyond = await runSluice([...upload, '--beyond-retention'], { env });
  assert.equal(beyond.code, 0, beyond.stderr);
  assert.match(beyond.stderr, /film\.mp4: it has 3145728 bytes/);
});
