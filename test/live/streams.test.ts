/** Servers of a live topic on real parts: what they hold, and what they do when Kafka dies, forgets or begins anew. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { startBroker } from '../../src/broker/broker.ts';
import type { LiveStream } from '../../src/delivery/contract.ts';
import { type OpenStreams, openStreams, type StreamsOptions } from '../../src/delivery/streams.ts';
import { createKafka } from '../../src/kafka/client.ts';
import type { Kafka } from '../../src/kafka/contract.ts';
import { administrator } from '../support/administrator.ts';
import { testBroker } from '../support/broker.ts';
import { temporaryFolder } from '../support/folder.ts';
import { LiveScript } from '../support/live-records.ts';
import { LiveTopic } from '../support/live-topic.ts';
import { followSluice } from '../support/sluice-events.ts';
import { uniqueTopic } from '../support/unique.ts';
import { waitFor } from '../support/wait.ts';

const slow = { timeout: 60_000 };

function client(t: TestContext, bootstrapServers: string): Kafka {
  const kafka = createKafka({ properties: { 'bootstrap.servers': bootstrapServers } });
  t.after(() => kafka.close());
  return kafka;
}

/** A server with a client of its own, until the test ends. */
async function server(
  t: TestContext,
  bootstrapServers: string,
  topic: string,
  options: Partial<StreamsOptions> = {},
): Promise<OpenStreams> {
  const kafka = client(t, bootstrapServers);
  const stop = new AbortController();
  const streams = await openStreams({ kafka, topic, signal: stop.signal, ...options });
  t.after(async () => {
    stop.abort();
    await streams.ended;
  });
  return streams;
}

function script(stream = 'cam'): LiveScript {
  return new LiveScript({ stream, began: Date.now() * 1000 });
}

/** Of each segment all that viewers could get, its bytes too. */
function content(live: LiveStream | undefined): unknown {
  return live?.renditions.map(({ name, facts, edge, segments, inits }) => ({
    name,
    facts,
    edge,
    segments,
    inits: [...inits],
  }));
}

test('Servers of one topic hold the same of what a publisher sends, and have it from Kafka afterwards', async (t) => {
  const { bootstrapServers } = await testBroker();
  const topic = uniqueTopic('live');
  const before = await server(t, bootstrapServers, topic);
  const run = followSluice([
    ...['live', 'publish', '--bootstrap-servers', bootstrapServers, '--topic', topic, '--stream', 'cam'],
    ...['--input', 'test', '--rendition', 'big=160x90@100k', '--rendition', 'tiny=64x36@30k'],
    ...['--preset', 'ultrafast', '--segment-target', '1s', '--chunks', 'frame', '--rate', '15'],
  ]);
  t.after(() => run.kill());
  await waitFor(() => before.archive.segments('cam').length >= 2, slow);
  const amid = await server(t, bootstrapServers, topic);
  const kept = amid.live('cam')?.rendition('big')?.segments[0]?.media;
  assert.equal(kept, before.live('cam')?.rendition('big')?.segments[0]?.media);
  run.child.kill('SIGINT');
  await run.ended;
  for (const streams of [before, amid]) {
    await waitFor(() => streams.live('cam')?.ended === true && streams.list()[0]?.state === 'ended', slow);
  }
  assert.deepEqual(content(amid.live('cam')), content(before.live('cam')));

  const live = before.live('cam')!;
  const late = await server(t, bootstrapServers, topic);
  await waitFor(() => late.archive.segments('cam').length === live.renditions[0]?.segments.length, slow);
  for (const { name, segments, inits } of live.renditions) {
    assert.ok(segments.length >= 2);
    for (const { epoch, media, parts } of segments) {
      const stored = await late.archive.bytes('cam', name, epoch, media);
      const whole = Buffer.concat(parts.map(({ bytes }) => bytes));
      assert.ok(whole.equals(Buffer.concat(stored ?? [])), `segment ${media} of ${name}`);
    }
    const [[epoch, init] = []] = inits;
    assert.deepEqual(await late.archive.init('cam', name, epoch ?? 0), init);
  }
  assert.deepEqual(
    (await late.archive.renditions('cam')).map(({ name, facts }) => [name, facts]),
    live.renditions.map(({ name, facts }) => [name, facts]),
  );
});

test('A broker that is killed and comes back is read on from where it was', async (t) => {
  const broker = await startBroker({ dataDir: await temporaryFolder(t) });
  t.after(() => broker.stop());
  const topic = await LiveTopic.open(client(t, broker.bootstrapServers), 'live', { partitions: 2 });
  const streams = await server(t, broker.bootstrapServers, 'live');
  const made = script();
  const sent = async (): Promise<void> => {
    const from = made.made.length;
    const ordinal = made.segments(2).made.at(-1)!.record.ordinal;
    await topic.append(made.made.slice(from), 1);
    const reached = () => streams.live('cam')?.rendition('main')?.edge.ordinal === ordinal + 1;
    await waitFor(reached, { ...slow, what: `part ${ordinal}` });
  };
  await sent();
  const window = streams.live('cam');
  const node = broker.nodes[0]!;
  await node.kill();
  await node.start();
  await sent();
  assert.equal(streams.live('cam'), window);
  await waitFor(() => streams.archive.segments('cam').length === 3, slow);
  const stored = async () => (await streams.archive.bytes('cam', 'main', 1, 0)) !== undefined;
  await waitFor(stored, slow);
});

test('What an administrator removes is not listed any more, what he makes anew is followed', async (t) => {
  const { bootstrapServers } = await testBroker();
  const name = uniqueTopic('live');
  const kafka = client(t, bootstrapServers);
  const admin = administrator(t, bootstrapServers);
  const topic = await LiveTopic.open(kafka, name);
  await topic.append(script().segments(8).end().made);
  const words: string[] = [];
  const streams = await server(t, bootstrapServers, name, { onWord: ({ type }) => words.push(type) });
  assert.equal(streams.archive.segments('cam').length, 8);
  await admin.deleteRecords(name, 0, (streams.archive.segments('cam')[5]?.first ?? 0) + 1);
  assert.equal(await streams.archive.bytes('cam', 'main', 1, 5), undefined);
  assert.deepEqual(
    streams.archive.segments('cam').map(({ media }) => media),
    [6, 7],
  );
  assert.notEqual(await streams.archive.bytes('cam', 'main', 1, 7), undefined);

  for (const each of [name, `${name}.index`, `${name}.streams`]) await admin.deleteTopic(each);
  await waitFor(() => streams.list().length === 0, slow);
  await waitFor(async () => (await kafka.describeTopic(name)) === undefined, slow);
  const again = await LiveTopic.open(client(t, bootstrapServers), name);
  await again.append(script('other').segments(2).made);
  await waitFor(() => streams.live('other') !== undefined, slow);
  assert.equal(words[0], 'warning');
});
