/** Streams that are sent by SRT: real FFmpeg as sender, over a line that loses datagrams, to the command line and through real Kafka. */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createKafka } from '../../src/kafka/client.ts';
import { encodeHandshake } from '../../src/live/ingest/srt/handshake.ts';
import { encodeControl } from '../../src/live/ingest/srt/packet.ts';
import { testBroker } from '../support/broker.ts';
import { temporaryFolder } from '../support/folder.ts';
import { expectStream, standingStream } from '../support/live-stream.ts';
import { lossyLine } from '../support/lossy-line.ts';
import { Random } from '../support/random.ts';
import { addKey, startIngest, startSender } from '../support/senders.ts';
import { uniqueTopic } from '../support/unique.ts';

const passphrase = 'the-passphrase-of-this-test';

async function ground(t: TestContext) {
  const { bootstrapServers } = await testBroker();
  const topic = uniqueTopic('ingest-srt');
  const kafka = createKafka({ properties: { 'bootstrap.servers': bootstrapServers } });
  t.after(() => kafka.close());
  const file = join(await temporaryFolder(t), 'passphrase');
  await writeFile(file, `${passphrase}\n`);
  const key = await addKey(bootstrapServers, topic, 'cam');
  const ingest = startIngest(t, bootstrapServers, topic, ['--srt-port', '0', '--srt-passphrase-file', file]);
  const port = await ingest.port('srt');
  const url = (at: number, given = key, secret = passphrase) =>
    `srt://127.0.0.1:${at}?streamid=#!::r=cam,m=publish,s=${given}&passphrase=${secret}`;
  return { ...ingest, port, key, url, standing: () => standingStream(kafka, topic, 'cam') };
}

/** What strangers send: noise, packets of connections that there are not, first handshakes without a second one. */
async function sendGarbage(port: number, count: number): Promise<void> {
  const socket = createSocket('udp4');
  const random = new Random(2);
  const induction = encodeHandshake({
    version: 4,
    encryption: 0,
    extensionField: 2,
    initialSequence: 1,
    maximumSegment: 1500,
    flowWindow: 8192,
    type: 1,
    socket: 9,
    cookie: 0,
    peerAddress: Buffer.alloc(16),
    extensions: [],
  });
  for (let index = 0; index < count; index++) {
    const noise = Buffer.from(Array.from({ length: random.between(0, 80) }, () => random.below(256)));
    const conclusion = Buffer.concat([induction, noise]);
    conclusion.writeUInt32BE(0xffffffff, 20);
    const content = [induction, conclusion, noise][index % 3] ?? noise;
    const datagram = encodeControl({ type: 0, time: 0, destination: index % 2, content });
    await new Promise<void>((resolve) => {
      socket.send(random.chance(0.3) ? noise : datagram, port, '127.0.0.1', () => resolve());
    });
  }
  socket.close();
}

test('A sender over a line that loses datagrams is received whole, beside strangers; killed, it goes on', async (t) => {
  const { run, of, port, key, url, standing } = await ground(t);
  const line = await lossyLine(t, port, 0.02);
  const first = startSender(t, url(line.port));
  const isFirst = of('cam', ({ type, media }) => type === 'segment' && media === 1, 'segment 1');
  assert.equal(await Promise.race([isFirst.then(() => ''), first.ended.then(({ stderr }) => stderr)]), '');
  const [wrongKey, wrongPassphrase] = await Promise.all([
    startSender(t, url(port, 'wrong')).ended,
    startSender(t, url(port, key, 'another-passphrase')).ended,
    sendGarbage(port, 10_000),
  ]);
  assert.notEqual(wrongKey.code, 0);
  assert.match(wrongKey.stderr, /Application-defined rejection reason|1403/);
  assert.notEqual(wrongPassphrase.code, 0);
  assert.match(wrongPassphrase.stderr, /[Pp]assphrase|password/);
  const refused = await run.event(({ type }) => type === 'refused', 'a refusal');
  assert.deepEqual([refused.why, refused.protocol, refused.stream], ['denied', 'srt', 'cam']);
  await of('cam', ({ type, media }) => type === 'segment' && media === 2, 'segment 2');
  await first.kill();
  // Sooner than anybody could have missed it.
  const second = startSender(t, url(port));
  await of('cam', ({ type, epoch }) => type === 'segment' && epoch === 2, 'a segment of epoch 2');
  await second.stop();
  await of('cam', ({ type }) => type === 'ended', 'the end');
  assert.ok(line.lost() > 0);
  const found = await standing();
  expectStream(found);
  assert.equal(found.media.filter(({ record }) => record.kind === 'end').length, 1);
  run.child.kill('SIGTERM');
  const { code, stderr } = await run.ended;
  assert.equal(code, 0, stderr);
  for (const secret of [key, passphrase, 'another-passphrase'])
    assert.ok(!stderr.includes(secret), 'the log has a secret');
});
