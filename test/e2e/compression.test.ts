/** Compression as a user asks for it: what comes out is what went in, and the topic holds less. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createKafka } from '../../src/kafka/client.ts';
import { testBroker } from '../support/broker.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runSluice } from '../support/sluice.ts';
import { storedBatches } from '../support/stored-batches.ts';
import { uniqueTopic } from '../support/unique.ts';

const text = Buffer.alloc(3_000_000, 'date;till;article;amount\n2026-11-20;17;4006381333931;2.49\n');
const contents: readonly (readonly [string, Buffer])[] = [
  ['table.csv', text],
  ['film.mp4', randomBytes(1_500_000)],
  ['small.csv', text.subarray(0, 30_000)],
];

/** Name -> the numbers of the codecs that batches of bytes may have with it. */
const rows: readonly (readonly [readonly string[], readonly number[]])[] = [
  [[], [0, 4]],
  [['--compression', 'none'], [0]],
  [
    ['--compression', 'gzip', '--compression-level', '9'],
    [0, 1],
  ],
  [
    ['--compression', 'snappy'],
    [0, 2],
  ],
  [
    ['--compression', 'lz4'],
    [0, 3],
  ],
];

for (const [flags, expected] of rows) {
  test(`upload ${flags.join(' ') || 'without a flag for it'}: the same files, in fewer bytes`, async (t) => {
    const folder = await temporaryFolder(t);
    const { bootstrapServers } = await testBroker();
    const topic = uniqueTopic();
    const env = { SLUICE_BOOTSTRAP_SERVERS: bootstrapServers, SLUICE_TOPIC: topic, SLUICE_MIN_AGE: '0' };
    await mkdir(join(folder, 'from'));
    for (const [name, bytes] of contents) await writeFile(join(folder, 'from', name), bytes);
    const from = ['--from', join(folder, 'from'), '--name', 'till', '--once', '--partitions', '1'];
    const upload = await runSluice(['upload', ...from, ...flags], { env });
    assert.equal(upload.code, 0, upload.stderr);
    const download = await runSluice(['download', '--to', join(folder, 'to'), '--once'], { env });
    assert.equal(download.code, 0, download.stderr);
    for (const [name, bytes] of contents) {
      assert.ok((await readFile(join(folder, 'to', 'till', name))).equals(bytes), name);
    }
    const kafka = createKafka({ properties: { 'bootstrap.servers': bootstrapServers } });
    t.after(() => kafka.close());
    const heads = await storedBatches(t, kafka, bootstrapServers, topic);
    assert.deepEqual([...new Set(heads.map(({ compression }) => compression))].sort(), expected);
    const stored = heads.reduce((sum, { start, end }) => sum + end - start, 0);
    if (expected.length > 1) assert.ok(stored < 4_400_000, `${stored} bytes stand on the topic`);
  });
}

test('A level that there is none of is refused before anything is sent', async (t) => {
  const folder = await temporaryFolder(t);
  const { bootstrapServers } = await testBroker();
  const env = { SLUICE_BOOTSTRAP_SERVERS: bootstrapServers, SLUICE_TOPIC: uniqueTopic() };
  const flags = ['--compression', 'lz4', '--compression-level', '3'];
  const upload = await runSluice(['upload', '--from', folder, '--once', ...flags], { env });
  assert.equal(upload.code, 2);
  assert.match(upload.stderr, /"lz4" has no levels: leave the level out/);
});
