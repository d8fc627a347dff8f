/** The console's model beside real senders of live video: what `publish` and `ingest` report stands on the topic, and is shown. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createConsoleModel } from '../../src/console/model/model.ts';
import { createKafka } from '../../src/kafka/client.ts';
import { publish } from '../../src/live/publish/publish.ts';
import { openLiveTopics } from '../../src/live/topics.ts';
import { decodeReport } from '../../src/records/report-record.ts';
import { testBroker } from '../support/broker.ts';
import { addKey, startIngest, startSender } from '../support/senders.ts';
import { uniqueTopic } from '../support/unique.ts';
import { waitFor } from '../support/wait.ts';

test('What a publisher and a server of senders report is on the topic, and in the rows of their streams', async (t) => {
  const { bootstrapServers } = await testBroker();
  const kafka = { 'bootstrap.servers': bootstrapServers };
  const liveTopic = uniqueTopic('told');
  const client = createKafka({ properties: kafka });
  t.after(() => client.close());
  await openLiveTopics(client, liveTopic, { partitions: 1, replicationFactor: 1 });
  const key = addKey(bootstrapServers, liveTopic, '*');
  const times = { offsets: 200, settings: 200, tell: 100, absent: 100 };
  const model = await createConsoleModel({ kafka, topic: uniqueTopic('files'), liveTopic, times });
  t.after(() => model.close());
  // They look for it a second after they have begun, and not again for a minute.
  await waitFor(() => client.describeTopic(`${liveTopic}.reports`));

  const ingest = startIngest(t, bootstrapServers, liveTopic);
  const stop = new AbortController();
  const publishing = publish({
    ...{ kafka, topic: liveTopic, stream: 'cam', input: 'test', signal: stop.signal },
    ...{ size: '160x90', preset: 'ultrafast', segmentTarget: 1_000_000 },
  });
  t.after(async () => {
    stop.abort();
    await publishing.catch(() => {});
  });
  const port = await ingest.port('rtmp');
  startSender(t, `rtmp://127.0.0.1:${port}/live/sent?key=${await key}`);

  const row = (stream: string) => model.sections().streams.find(({ id }) => id === stream);
  const version = (stream: string) => row(stream)?.publisher?.version;
  await waitFor(() => version('cam') !== undefined && version('sent') !== undefined, { timeout: 60_000 });
  for (const stream of ['cam', 'sent']) {
    const { state, renditions, restarts, faults } = row(stream)!;
    assert.deepEqual([stream, state, renditions.length, restarts, faults], [stream, 'live', 1, 0, []]);
  }
  assert.deepEqual(
    [row('cam')?.publisher?.pid, row('sent')?.publisher?.pid],
    [process.pid, ingest.run.child.pid],
  );
  const kinds = new Set<string>();
  await client.readToEnd(`${liveTopic}.reports`, 0, 0, (record) => {
    const told = decodeReport(record);
    if (told !== undefined) kinds.add(`${told.kind} ${told.report?.state}`);
  });
  assert.deepEqual([...kinds].toSorted(), ['ingest running', 'publisher running']);

  stop.abort();
  await publishing.catch(() => {});
  ingest.run.child.kill('SIGTERM');
  assert.equal((await ingest.run.ended).code, 0);
  await waitFor(() => row('cam')?.state === 'ended' && row('sent')?.state === 'ended');
  assert.equal(model.trouble(), undefined);
});
