/** Streams that are sent: real FFmpeg as senders, real Kafka, and the command line between them. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { createKafka } from '../../src/kafka/client.ts';
import { testBroker } from '../support/broker.ts';
import { makeAuthority } from '../support/certificates.ts';
import { expectStream, segmentsOf, standingStream } from '../support/live-stream.ts';
import { addKey, removeKeys, startIngest, startSender } from '../support/senders.ts';
import { uniqueTopic } from '../support/unique.ts';

async function ground(t: TestContext, args: readonly string[] = []) {
  const { bootstrapServers } = await testBroker();
  const topic = uniqueTopic('ingest');
  const kafka = createKafka({ properties: { 'bootstrap.servers': bootstrapServers } });
  t.after(() => kafka.close());
  // Beside one another: each makes the topics that it needs, where they are missing.
  const ingest = startIngest(t, bootstrapServers, topic, args);
  const key = await addKey(bootstrapServers, topic, '*');
  const url = async (stream: string, given = key, protocol = 'rtmp') =>
    `${protocol}://127.0.0.1:${await ingest.port(protocol)}/live/${stream}?key=${given}`;
  const standing = (stream: string) => standingStream(kafka, topic, stream);
  return { ...ingest, bootstrapServers, topic, url, standing };
}

// Most of it is waiting for senders, which send in real time.
describe('ingest', { concurrency: 2 }, () => {
  test('Streams side by side, by RTMP and RTMPS: wrong keys, a loss and a return, and ends in good order', async (t) => {
    const authority = await makeAuthority('ingest');
    t.after(() => authority.remove());
    const { certificate, key } = await authority.issue('localhost', ['IP:127.0.0.1']);
    const { of, run, url, standing } = await ground(t, [
      ...['--rtmps-port', '0', '--tls-cert', certificate, '--tls-key', key],
    ]);
    const wrong = startSender(t, await url('one', 'wrong'));
    const first = startSender(t, await url('one'));
    const two = startSender(t, await url('two', undefined, 'rtmps'));
    const refused = await wrong.ended;
    assert.match(refused.stderr, /the key opens no stream "one" here/);
    assert.doesNotMatch(
      JSON.stringify(await run.event(({ type }) => type === 'refused', 'a refusal')),
      /wrong/,
    );
    for (const stream of ['one', 'two'])
      await of(stream, ({ type, media }) => type === 'segment' && media === 0, `segment 0 of ${stream}`);
    const busy = startSender(t, await url('one'));
    assert.match((await busy.ended).stderr, /stream "one" is being sent already/);
    await first.kill();
    await of('one', ({ type }) => type === 'waiting', 'the loss');
    const back = startSender(t, await url('one'));
    await of('one', ({ type, epoch }) => type === 'segment' && epoch === 2, 'a segment of epoch 2');
    await back.stop();
    await of('one', ({ type }) => type === 'ended', 'the end of one');
    // The other has seen nothing of all that, and ends with the server.
    run.child.kill('SIGTERM');
    const { code, stderr } = await run.ended;
    assert.equal(code, 0, stderr);
    await two.ended;
    for (const stream of ['one', 'two']) {
      const found = await standing(stream);
      expectStream(found);
      const ends = found.media.filter(({ record }) => record.kind === 'end');
      assert.deepEqual([ends.length, found.media.at(-1)?.record.kind], [1, 'end']);
      const segments = segmentsOf(found.media);
      assert.deepEqual(
        segments,
        segments.map((_, index) => index),
      );
      assert.equal(found.claims.at(-1)?.state, 'ended');
      assert.equal(Math.max(...found.media.map(({ record }) => record.epoch)), stream === 'one' ? 2 : 1);
    }
  });

  test('A second sender takes over in the same programme; a key that is taken back ends it', async (t) => {
    const { of, run, url, standing, bootstrapServers, topic } = await ground(t, [
      ...['--second', 'take-over', '--video-codec', 'copy', '--audio-codec', 'copy'],
    ]);
    const first = startSender(t, await url('cam'));
    await of('cam', ({ type, media }) => type === 'segment' && media === 0, 'segment 0');
    const second = startSender(t, await url('cam'));
    await first.ended;
    await of('cam', ({ type, epoch }) => type === 'segment' && epoch === 2, 'a segment of epoch 2');
    await removeKeys(bootstrapServers, topic, '*');
    await assert.rejects(removeKeys(bootstrapServers, topic, '*'), /nothing was taken back/);
    await second.ended;
    await of('cam', ({ type }) => type === 'ended', 'the end');
    const found = await standing('cam');
    expectStream(found);
    assert.equal(found.media.filter(({ record }) => record.kind === 'end').length, 1);
    // Copied from a container whose times are whole milliseconds, parts keep what was announced all the same.
    const longest = found.media.flatMap(({ record }) =>
      record.kind === 'part' ? [record.duration / record.timescale] : [],
    );
    assert.ok(Math.max(...longest) <= 0.167, `a part lasts ${Math.max(...longest)} s`);
    const late = await startSender(t, await url('cam')).ended;
    assert.match(late.stderr, /the key opens no stream "cam" here/);
    const sender = await run.event(
      ({ type, state }) => type === 'sender' && state === 'dismissed',
      'a dismissal',
    );
    assert.match(String(sender.message), /another sender has taken over/);
  });

  test('A server that is replaced leaves the programme open, and its sender goes on at another one', async (t) => {
    const one = await ground(t, ['--keep-live']);
    const other = startIngest(t, one.bootstrapServers, one.topic, ['--keep-live']);
    const sender = startSender(t, await one.url('cam'));
    await one.of('cam', ({ type, media }) => type === 'segment' && media === 1, 'segment 1');
    one.run.child.kill('SIGTERM');
    const { code, stderr } = await one.run.ended;
    assert.equal(code, 0, stderr);
    await sender.ended;
    const key = new URL(await one.url('cam')).searchParams.get('key');
    const port = await other.port('rtmp');
    const back = startSender(t, `rtmp://127.0.0.1:${port}/live/cam?key=${key}`);
    await other.of('cam', ({ type, epoch }) => type === 'segment' && epoch === 2, 'a segment of epoch 2');
    // Who presses stop ends it, there as anywhere.
    await back.stop();
    await other.of('cam', ({ type }) => type === 'ended', 'the end');
    const found = await one.standing('cam');
    expectStream(found);
    assert.equal(found.media.filter(({ record }) => record.kind === 'end').length, 1);
    assert.equal(found.media.at(-1)?.record.kind, 'end');
    const segments = segmentsOf(found.media);
    assert.deepEqual(
      segments,
      segments.map((_, index) => index),
    );
  });

  test('Where a port cannot be had, the library leaves nothing behind that keeps its process', async (t) => {
    const taken = createServer().listen(0, '127.0.0.1');
    t.after(() => taken.close());
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const { bootstrapServers } = await testBroker();
    const options = {
      kafka: { 'bootstrap.servers': bootstrapServers },
      topic: uniqueTopic('ingest'),
      host: '127.0.0.1',
      rtmpPort: 0,
      metricsPort: port,
    };
    const program = `import { ingest } from ${JSON.stringify(new URL('../../src/live/ingest/ingest.ts', import.meta.url).href)};
      await ingest(${JSON.stringify(options)}).catch(({ name }) => console.log(name));`;
    const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
      timeout: 60_000,
    });
    assert.equal((await run).stdout, 'ConfigurationError\n');
  });
});
