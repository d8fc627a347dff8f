/** A sender that stands by: real FFmpeg as senders of RTMP and SRT, real Kafka, and the command line between them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createKafka } from '../../src/kafka/client.ts';
import { testBroker } from '../support/broker.ts';
import { expectStream, standingStream } from '../support/live-stream.ts';
import { addKey, startIngest, startSender } from '../support/senders.ts';
import type { JsonEvent } from '../support/sluice-events.ts';
import { uniqueTopic } from '../support/unique.ts';

test('A stand-by goes on when the first is killed, falls silent, or stops; who comes back stands by; a third is refused', async (t) => {
  const { bootstrapServers } = await testBroker();
  const topic = uniqueTopic('standby');
  const kafka = createKafka({ properties: { 'bootstrap.servers': bootstrapServers } });
  t.after(() => kafka.close());
  const { of, run, port } = startIngest(t, bootstrapServers, topic, [
    ...['--srt-port', '0', '--second', 'stand-by', '--stand-by-after', '1500ms', '--metrics-port', '0'],
    ...['--video-codec', 'copy'],
  ]);
  const key = await addKey(bootstrapServers, topic, '*');
  const byRtmp = `rtmp://127.0.0.1:${await port('rtmp')}/live/cam?key=${key}`;
  const bySrt = `srt://127.0.0.1:${await port('srt')}?streamid=cam?key=${key}`;
  const standBy = (protocol: string, before?: JsonEvent) => {
    const isIt = (event: JsonEvent) =>
      event.state === 'admitted' && event.standBy === true && event.protocol === protocol;
    return of(
      'cam',
      (event) => isIt(event) && event.address !== before?.address,
      `a stand-by by ${protocol}`,
    );
  };
  const tookOver = ({ address }: JsonEvent) =>
    of('cam', (event) => event.state === 'took-over' && event.address === address, `the turn of ${address}`);
  const inEpoch = (wanted: number) =>
    of('cam', ({ type, epoch }) => type === 'segment' && epoch === wanted, `a segment of epoch ${wanted}`);

  const first = startSender(t, byRtmp);
  await inEpoch(1);
  const second = startSender(t, bySrt);
  const stands = await standBy('srt');
  assert.equal(stands.message, `stream "cam" has a stand-by: SRT from ${stands.address}`);
  const third = await startSender(t, byRtmp).ended;
  assert.match(third.stderr, /stream "cam" is being sent already, and has a stand-by/);

  await first.kill();
  await tookOver(stands);
  await inEpoch(2);
  const back = startSender(t, byRtmp);
  const again = await standBy('rtmp');
  const { url } = await run.event(({ type }) => type === 'figures', 'figures');
  const { streams } = (await (await fetch(`${url}/api/ingest`)).json()) as { streams: readonly object[] };
  assert.partialDeepStrictEqual(streams, [
    { address: stands.address, standBy: { protocol: 'rtmp', address: again.address }, takeOvers: 1 },
  ]);

  second.child.kill('SIGSTOP');
  assert.match(String((await tookOver(again)).message), /the one before stands by from now on/);
  await inEpoch(3);
  // Who stands by and says nothing gives way.
  const last = startSender(t, bySrt);
  const heir = await standBy('srt', stands);
  await back.stop();
  await tookOver(heir);
  await inEpoch(4);
  await last.stop();
  await of('cam', ({ type }) => type === 'ended', 'the end');
  const found = await standingStream(kafka, topic, 'cam');
  expectStream(found);
  assert.equal(found.media.filter(({ record }) => record.kind === 'end').length, 1);
  // What is published twice, or in the wrong order, would be taken before something that came before it.
  let until = 0;
  for (const { record } of found.media) {
    if (record.kind !== 'part') continue;
    assert.ok(record.captured >= until - 1000, `epoch ${record.epoch}, segment ${record.media}`);
    if (record.part > 0) until = record.captured;
  }
});
