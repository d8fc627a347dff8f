/** One sender's connection by itself: what it says, when, and what it counts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { allOf, begun, data, first, made, told } from '../../../../test/support/srt-connection.ts';
import { flowWindow } from './connection.ts';
import { decodeLossReport } from './loss-report.ts';
import { control, extension } from './packet.ts';

test('what comes is acknowledged at the next tick, and once the sender knows it a second of silence brings a word', () => {
  const { connection, said, heard } = made();
  connection.tick(begun);
  assert.deepEqual(
    said.map(({ type, destination, time, info }) => [type, destination, time, info]),
    [[control.acknowledge, 77, 0, 1]],
    'that there is room',
  );
  connection.receive(told(control.acknowledgeAgain, { info: 1 }), begun + 40);
  heard();
  connection.receive(data(first, 'one'), begun + 50);
  assert.deepEqual(heard(), []);
  connection.tick(begun + 60);
  const [acknowledged] = said;
  assert.deepEqual([acknowledged?.time, acknowledged?.info], [60_000, 2]);
  const { content = Buffer.alloc(28) } = acknowledged ?? {};
  // 11 MB, in packets as most senders make them, with what each costs beside its bytes.
  const room = 6310;
  assert.deepEqual(
    Array.from({ length: 7 }, (_, index) => content.readUInt32BE(index * 4)),
    [first + 1, 40_000, 20_000, room, 0, 0, 0],
  );
  connection.receive(told(control.acknowledgeAgain, { info: 2 }), begun + 100);
  heard();
  connection.tick(begun + 1059);
  assert.deepEqual(heard(), []);
  connection.tick(begun + 1060);
  assert.deepEqual(heard(), [control.keepAlive]);
  connection.tick(begun + 2059);
  assert.deepEqual(heard(), []);
  connection.tick(begun + 2060);
  assert.deepEqual(heard(), [control.keepAlive]);
});

test('a hole is asked for at once, and again when an answer would have come, until its time is over', async () => {
  const { connection, said } = made();
  connection.tick(begun);
  // A round trip of 10 ms: an answer comes within 30.
  connection.receive(told(control.acknowledgeAgain, { info: 1 }), begun + 10);
  said.length = 0;
  const asked = () =>
    said
      .splice(0)
      .filter(({ type }) => type === control.lossReport)
      .map(({ content }) => decodeLossReport(content));
  connection.receive(data(first + 2, 'c'), begun + 20);
  const hole = [[{ first, last: first + 1 }]];
  assert.deepEqual(asked(), hole);
  connection.receive(data(first + 3, 'd'), begun + 21);
  connection.tick(begun + 49);
  assert.deepEqual(asked(), []);
  connection.tick(begun + 50);
  assert.deepEqual(asked(), hole);
  connection.receive(data(first, 'a', { isSentAgain: true }), begun + 60);
  connection.receive(data(first + 6, 'g'), begun + 61);
  assert.deepEqual(asked(), [[{ first: first + 4, last: first + 5 }]], 'what was asked for already is not');
  connection.tick(begun + 119);
  assert.equal(connection.figures.lost, 0);
  connection.tick(begun + 120);
  assert.equal(connection.figures.lost, 1);
  connection.receive(told(control.shutdown), begun + 130);
  assert.equal(await allOf(connection), 'acdg');
  assert.deepEqual(connection.figures, {
    ...{ bytes: 4, packets: 4, lost: 3, sentAgain: 1, unreadable: 0, roundTrip: 10 },
  });
});

test('what is missing takes its place in the window too, and what waits for a reader its memory', () => {
  const { connection, said } = made();
  const room = () => said.findLast(({ type }) => type === control.acknowledge)?.content.readUInt32BE(12);
  connection.receive(data(first + 2500, 'x'), begun);
  connection.tick(begun);
  assert.equal(room(), flowWindow - 2501);
  // The holes are filled by much: nothing fits behind them, and room is none, not less.
  for (let index = 0; index < 2500; index += 1)
    connection.receive(data(first + index, '', { payload: Buffer.alloc(8000) }), begun + 1);
  connection.tick(begun + 10);
  assert.equal(room(), 0);
  assert.equal(connection.figures.packets, 2501);
  connection.receive(data(first + 2501, 'x'), begun + 11);
  assert.equal(connection.figures.packets, 2501);
});

/** One packet of two has come. */
function withHoles(latency: number) {
  const ground = made({ latency });
  ground.connection.tick(begun);
  for (let index = 0; index < 200; index += 1)
    ground.connection.receive(data(first + 1 + 2 * index, 'x'), begun + 1);
  ground.said.length = 0;
  return ground;
}

test('of many holes 150 are asked for at once, and the others at the next tick', () => {
  const { connection, said } = withHoles(5000);
  const counts: number[] = [];
  for (const now of [begun + 400, begun + 410, begun + 420]) {
    connection.tick(now);
    for (const { type, content } of said.splice(0))
      if (type === control.lossReport) counts.push(decodeLossReport(content)?.length ?? 0);
  }
  assert.deepEqual(counts, [150, 50]);
});

test('all holes whose time is over are passed over at once, however many', () => {
  const { connection, heard } = withHoles(100);
  connection.tick(begun + 100);
  assert.deepEqual([connection.figures.lost, connection.bytes.size], [0, 0]);
  heard();
  connection.tick(begun + 101);
  assert.deepEqual([connection.figures.lost, connection.bytes.size], [200, 200]);
  assert.deepEqual(heard(), [control.acknowledge], 'nothing is asked for any more');
});

test('packets are asked for no sooner than after 20 ms, however short the way', () => {
  const { connection, heard } = made();
  connection.tick(begun);
  connection.receive(told(control.acknowledgeAgain, { info: 1 }), begun + 1);
  connection.receive(data(first + 1, 'b'), begun + 10);
  heard();
  connection.tick(begun + 29);
  assert.deepEqual(heard(), []);
  connection.tick(begun + 30);
  assert.deepEqual(heard(), [control.lossReport]);
});

test('how much comes in a second is told, and is measured anew each second', () => {
  const { connection, said } = made();
  let sequence = first;
  const rates: (readonly number[])[] = [];
  for (let now = begun; now <= begun + 4000; now += 10) {
    // Twice as much in every other second.
    const count = Math.floor((now - begun) / 1000) % 2 === 0 ? 1 : 2;
    for (let index = 0; index < count; index += 1) connection.receive(data(sequence++, '0123456789'), now);
    connection.tick(now);
    const { content } = said.findLast(({ type }) => type === control.acknowledge) ?? {};
    if ((now - begun) % 1000 === 500 && content !== undefined)
      rates.push([16, 20, 24].map((at) => content.readUInt32BE(at)));
  }
  assert.deepEqual(rates, [
    [0, 0, 0],
    [102, 102, 1020],
    [199, 199, 1990],
    [101, 101, 1010],
  ]);
  // Of a second that was longer it is what comes in one.
  for (let index = 0; index < 30; index += 1)
    connection.receive(data(sequence++, '0123456789'), begun + 4200);
  connection.tick(begun + 6000);
  const { content } = said.findLast(({ type }) => type === control.acknowledge) ?? {};
  assert.deepEqual([content?.readUInt32BE(16), content?.readUInt32BE(24)], [15, 150]);
});

test('a sender that says nothing for five seconds is lost, whatever it says keeps it', async () => {
  const { connection, ends } = made();
  connection.receive(told(control.keepAlive), begun + 100);
  assert.equal(connection.heardAt, begun + 100);
  connection.tick(begun + 5099);
  assert.deepEqual([ends, connection.isOver], [[], false]);
  connection.tick(begun + 5100);
  assert.deepEqual([ends, connection.isOver], [['lost'], true]);
  await assert.rejects(allOf(connection), /not heard for 5 s/);
  connection.receive(data(first, 'x'), begun + 5200);
  assert.equal(connection.heardAt, begun + 100);
});

test('who is sent away is told so in a word of content, and the reader why; once', async () => {
  const { connection, said, ends } = made();
  connection.receive(data(first + 1, 'held'), begun + 1);
  said.length = 0;
  connection.end('dismissed', begun + 2, new Error('the key is gone'));
  connection.end('lost', begun + 3, new Error('too late'));
  connection.tick(begun + 9000);
  assert.deepEqual(
    said.map(({ type, content }) => [type, content.length]),
    [[control.shutdown, 4]],
  );
  assert.deepEqual(ends, ['dismissed']);
  const read: string[] = [];
  await assert.rejects(
    (async () => {
      for await (const bytes of connection.bytes) read.push(String(bytes));
    })(),
    /the key is gone/,
  );
  assert.deepEqual(read, ['held'], 'what had come is not kept back');
});

test('what has a key though nobody has one cannot be read, and what came before counts once', () => {
  const { connection } = made();
  connection.receive(data(first, 'x', { key: 'even' }), begun);
  connection.receive(data(first, 'x'), begun);
  connection.receive(data(first, 'x', { isSentAgain: true }), begun);
  const { packets, unreadable, sentAgain, bytes } = connection.figures;
  assert.deepEqual([packets, unreadable, sentAgain, bytes], [1, 1, 0, 1]);
});

test('what its sender has dropped is not waited for; what is no word of that is passed over', async () => {
  const { connection } = made();
  connection.receive(data(first + 2, 'c'), begun);
  const range = Buffer.alloc(8);
  range.writeUInt32BE(first, 0);
  range.writeUInt32BE(first + 1, 4);
  connection.receive(told(control.drop, { content: range.subarray(0, 7) }), begun + 1);
  connection.tick(begun + 2);
  assert.equal(connection.figures.lost, 0);
  connection.receive(told(control.drop, { content: range }), begun + 3);
  connection.tick(begun + 4);
  assert.equal(connection.figures.lost, 2);
  connection.receive(told(control.shutdown), begun + 5);
  assert.equal(await allOf(connection), 'c');
});

test('new keys of one who has none are not answered, nor is another word of the same kind', async () => {
  const { connection, heard } = made();
  connection.tick(begun);
  heard();
  connection.receive(
    told(control.extended, { subtype: extension.keyRequest, content: Buffer.alloc(80) }),
    begun + 1,
  );
  connection.receive(told(control.extended, { subtype: extension.request }), begun + 1);
  for (let turn = 0; turn < 5; turn += 1) await setImmediate();
  assert.deepEqual(heard(), []);
});

test('what lies far ahead pushes out what is in its way, and that is told as lost', async () => {
  const { connection } = made();
  connection.receive(data(first, 'a'), begun);
  connection.receive(data(first + 2, 'c'), begun);
  connection.receive(data(first + 2 + flowWindow, 'z'), begun);
  connection.receive(told(control.shutdown), begun + 1);
  assert.equal(await allOf(connection), 'acz');
  assert.equal(connection.figures.lost, flowWindow);
});
