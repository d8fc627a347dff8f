import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitFor } from '../../test/support/wait.ts';
import type { Kafka } from '../kafka/contract.ts';
import { createMemoryCluster } from '../kafka/memory.ts';
import { decodeReport, type Report } from '../records/report-record.ts';
import { Reporter, type Told } from './reporter.ts';
import { openReportsTopic } from './topic.ts';

const times = { first: 1, every: 1, beat: 1e9, look: 1 };
const key = { kind: 'uploader', name: 'till' } as const;

async function reports(kafka: Kafka): Promise<(Report | null | undefined)[]> {
  const found: (Report | null | undefined)[] = [];
  await kafka.readToEnd('files.reports', 0, 0, (record) => found.push(decodeReport(record)?.report));
  return found;
}

test('A run reports what has changed, once somebody has made the topic, and its end', async () => {
  const cluster = createMemoryCluster();
  const kafka = cluster.client();
  let told: Told = { files: { done: 0, bytes: 0 } };
  const reporter = new Reporter({ kafka, topic: 'files', key, tell: () => told, times });
  const viewer = cluster.client();
  assert.ok(await openReportsTopic(viewer, 'files', 1));
  assert.ok(await openReportsTopic(viewer, 'files', 1), 'it is there');
  await waitFor(async () => (await reports(viewer)).length === 1);
  told = { files: { done: 1, bytes: 5 }, waiting: 'no disk' };
  await waitFor(async () => (await reports(viewer)).length === 2);
  await reporter.end();
  const [first, second, last, ...more] = await reports(viewer);
  assert.deepEqual([first?.files?.done, first?.state, first?.pid], [0, 'running', process.pid]);
  assert.deepEqual([second?.files?.done, second?.waiting], [1, 'no disk']);
  assert.deepEqual([last?.files?.done, last?.waiting, last?.state, more], [1, undefined, 'ended', []]);
});

test('A run that is not to be found again is forgotten at its end', async () => {
  const kafka = createMemoryCluster().client();
  await openReportsTopic(kafka, 'files', 1);
  const options = { kafka, topic: 'files', key, tell: () => ({}), isForgotten: true, times };
  const reporter = new Reporter(options);
  await waitFor(async () => (await reports(kafka)).length === 1);
  await reporter.end();
  assert.deepEqual((await reports(kafka)).at(-1), null);
});

test('Nothing is held up where there is no topic, no right, or no Kafka', async () => {
  const cluster = createMemoryCluster();
  const denied = cluster.client({ denied: ['create-topic'] });
  assert.equal(await openReportsTopic(denied, 'files', 1), undefined);
  let looks = 0;
  const kafka = new Proxy(denied, {
    get(of, name) {
      if (name === 'describeTopic') looks += 1;
      return Reflect.get(of, name).bind(of);
    },
  });
  const reporter = new Reporter({ kafka, topic: 'files', key, tell: () => ({}), times });
  await waitFor(() => looks > 3);
  cluster.stop();
  await reporter.end();
  reporter.stop();
  cluster.start();
});

test('A reporter whose topic was removed goes on when it is made anew', async () => {
  const cluster = createMemoryCluster();
  const kafka = cluster.client();
  let done = 0;
  await openReportsTopic(kafka, 'files', 1);
  const tell = () => ({ files: { done: ++done, bytes: 0 } });
  const reporter = new Reporter({ kafka, topic: 'files', key, tell, times });
  await waitFor(async () => (await reports(kafka)).length > 0);
  cluster.deleteTopic('files.reports');
  await openReportsTopic(kafka, 'files', 1);
  await waitFor(async () => (await reports(kafka)).length > 0);
  await reporter.end();
});

test('The end is told though a report is under way, and is not waited for without end', async () => {
  const cluster = createMemoryCluster();
  const kafka = cluster.client();
  await openReportsTopic(kafka, 'files', 1);
  let tells = 0;
  const tell = () => ({ files: { done: ++tells, bytes: 0 } });
  const slow = { ...times, farewell: 50 };
  const reporter = new Reporter({ kafka, topic: 'files', key, tell, isForgotten: true, times: slow });
  const other = cluster.client();
  await waitFor(async () => (await reports(other)).length > 0);
  await waitFor(() => {
    const before = tells;
    return new Promise<boolean>((resolve) => setImmediate(() => resolve(tells > before)));
  });
  await reporter.end();
  assert.equal((await reports(other)).at(-1), null);
  const away = new Reporter({ kafka, topic: 'files', key, tell, times: slow });
  const count = tells;
  await waitFor(() => tells > count);
  cluster.stop();
  await away.end();
  cluster.start();
});
