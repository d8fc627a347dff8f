/** The console's model beside real runs: what they do is seen, and what they report. */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createConsoleModel } from '../../src/console/model/model.ts';
import { serve } from '../../src/delivery/serve.ts';
import { download } from '../../src/files/download.ts';
import { upload } from '../../src/files/upload.ts';
import { createKafka } from '../../src/kafka/client.ts';
import { openLiveTopics } from '../../src/live/topics.ts';
import { decodeReport, type ReportRecord } from '../../src/records/report-record.ts';
import { openReportsTopic } from '../../src/reports/topic.ts';
import { testBroker } from '../support/broker.ts';
import { noise } from '../support/bytes.ts';
import { temporaryFolder } from '../support/folder.ts';
import { uniqueName, uniqueTopic } from '../support/unique.ts';
import { waitFor } from '../support/wait.ts';

/** A run that goes on until it is told to end. */
function until(t: TestContext, run: (signal: AbortSignal) => Promise<unknown>): () => Promise<void> {
  const stop = new AbortController();
  const ended = run(stop.signal);
  const end = async (): Promise<void> => {
    stop.abort();
    await ended;
  };
  t.after(() => end().catch(() => {}));
  return end;
}

test('What an uploader and a downloader do is seen, and what of it did not make it, and why', async (t) => {
  const { bootstrapServers } = await testBroker();
  const kafka = { 'bootstrap.servers': bootstrapServers };
  const [topic, name, reader] = [uniqueTopic('seen'), uniqueName('till'), uniqueName('office')];
  const client = createKafka({ properties: kafka });
  t.after(() => client.close());
  await client.createTopic({ name: topic, partitions: 2, replicationFactor: 1 });
  const times = { offsets: 100, settings: 200, tell: 100, absent: 100 };
  const model = await createConsoleModel({ kafka, topic, liveTopic: uniqueTopic('live'), times });
  t.after(() => model.close());
  const reports = await waitFor(() => model.sections().topics.find(({ id }) => id === `${topic}.reports`));
  assert.equal(reports.partitions, 1);
  assert.ok(reports.retention !== undefined && reports.retention < 1e6, 'runs that are gone are forgotten');

  const [from, to] = [await temporaryFolder(t), await temporaryFolder(t)];
  await mkdir(join(from, 'pictures'));
  await writeFile(join(from, 'pictures', 'a.jpg'), noise(50_000));
  await writeFile(join(from, 'blocked'), 'what cannot be put there');
  // Somebody's folder, with something in it, where that file belongs.
  await mkdir(join(to, name, 'blocked', 'full'), { recursive: true });
  const sending = until(t, (signal) => upload({ kafka, topic, from, name, minAge: 0, signal }));
  const failed = Promise.withResolvers<void>();
  const receiving = until(t, (signal) =>
    download({
      ...{ kafka, topic, to, name: reader, signal },
      onEvent: (event) => event.type === 'failed' && failed.resolve(),
    }),
  );
  const uploader = () => model.sections().uploaders.find(({ id }) => id === name);
  const downloader = () => model.sections().downloaders.find((one) => one.name === reader);
  await waitFor(() => uploader()?.sentFiles === 2 && uploader()?.version !== undefined);
  assert.deepEqual(
    [uploader()?.state, uploader()?.pid, uploader()?.backlogFiles],
    ['running', process.pid, 0],
  );
  await failed.promise;
  await waitFor(() => downloader()?.lagRecords !== undefined && downloader()?.version !== undefined);
  assert.equal(downloader()?.state, 'running');
  await receiving();
  await waitFor(() => downloader()?.state === 'ended');
  assert.deepEqual([downloader()?.receivedFiles, downloader()?.parkedFiles], [1, 1]);
  const parked = model.files({ state: 'parked' });
  assert.deepEqual([parked.total, parked.files[0]?.path], [1, 'blocked']);
  assert.match(parked.files[0]?.reason ?? '', /the name is tried again/);
  await waitFor(() => model.files({ state: 'arrived' }).files[0]?.path === 'pictures/a.jpg');
  const history = await model.fileHistory(name, 'pictures/a.jpg');
  assert.deepEqual(
    history.map(({ what }) => what).filter((what) => what !== 'sending'),
    ['arrived', 'sent'],
  );
  assert.equal(history.find(({ what }) => what === 'sent')?.isKept, true);
  const files = model.sections().topics.find(({ id }) => id === topic);
  assert.ok((files?.bytes ?? 0) > 50_000 && (files?.records ?? 0) >= 1);
  await sending();
  await waitFor(() => uploader()?.state === 'ended');
  assert.equal(model.trouble(), undefined);
});

test('A server tells where it is reached, and is forgotten at its end', async (t) => {
  const { bootstrapServers } = await testBroker();
  const properties = { 'bootstrap.servers': bootstrapServers };
  const topic = uniqueTopic('live');
  const kafka = createKafka({ properties });
  t.after(() => kafka.close());
  await openLiveTopics(kafka, topic, { partitions: 1, replicationFactor: 1 });
  await openReportsTopic(kafka, topic, 1);
  const told = async (): Promise<readonly ReportRecord[]> => {
    const records: ReportRecord[] = [];
    await kafka.readToEnd(`${topic}.reports`, 0, 0, (record) => {
      const decoded = decodeReport(record);
      if (decoded !== undefined) records.push(decoded);
    });
    return records;
  };
  const server = await serve({ kafka: properties, topic, port: 0 });
  t.after(() => server.close());
  const first = await waitFor(async () => (await told())[0]);
  assert.deepEqual([first.kind, first.report?.url], ['server', server.url]);
  await server.close();
  const last = (await told()).at(-1);
  assert.deepEqual([last?.key, last?.report], [first.key, null]);
});
