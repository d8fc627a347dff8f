import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Board } from './board.ts';
import type { IngestEvent, SenderEvent } from './events.ts';

const sender = (state: SenderEvent['state'], address = 'a:1', stream = 'cam'): IngestEvent => ({
  ...{ type: 'sender', stream, state, protocol: 'rtmp', address, message: state },
});
const started = (epoch = 1): IngestEvent => ({
  ...{ type: 'started', stream: 'cam', topic: 'live', partition: 0, epoch, media: 0, renditions: ['main'] },
  targets: { part: 0.2, segment: 2 },
});
const progress = (bitrate: number): IngestEvent => ({
  ...{ type: 'progress', stream: 'cam', seconds: 1, epoch: 1, media: 0, parts: 1, bytes: 1, bitrate },
  ...{ spooled: 0, inFlight: 0 },
});
const ended: IngestEvent = { type: 'ended', stream: 'cam', state: 'ended', media: 3 };

function boardOf(...events: readonly IngestEvent[]): Board {
  const board = new Board();
  for (const [index, event] of events.entries()) board.push(event, index);
  return board;
}

test('A stream stands there from its sender on, while that is away, and until its programme has ended', () => {
  const sending = [sender('admitted'), started(), progress(5000)];
  const [found] = boardOf(...sending).streams;
  assert.deepEqual(found, {
    ...{
      stream: 'cam',
      state: 'sending',
      protocol: 'rtmp',
      address: 'a:1',
      since: 0,
      bitrate: 5000,
      spooled: 0,
      parts: 1,
      through: 2,
      epoch: 1,
    },
    ...{ losses: 0, takeOvers: 0, gaps: 0, faults: [] },
  });
  const waiting: IngestEvent = { type: 'waiting', stream: 'cam', on: 'source', message: 'cut' };
  const lost = boardOf(...sending, sender('lost'), waiting);
  assert.deepEqual(
    lost.streams.map(({ state, bitrate, losses, faults }) => [state, bitrate, losses, faults]),
    [['waiting', 0, 1, ['cut']]],
  );
  assert.equal(boardOf(...sending, sender('lost'), ended).streams.length, 0);
  assert.equal(boardOf(...sending, sender('lost'), sender('admitted', 'a:2')).streams[0]?.state, 'sending');
});

test('Who has taken a place keeps it when the one before goes, and when its programme ends', () => {
  const [found] = boardOf(
    ...[sender('admitted'), started(), sender('admitted', 'b:1'), sender('dismissed'), ended],
  ).streams;
  assert.deepEqual([found?.address, found?.state, found?.epoch], ['b:1', 'sending', 0]);
  assert.equal(boardOf(sender('admitted'), sender('dismissed')).totals.dismissed, 1);
});

test('A stand-by stands beside the stream, and takes its place; who was there before stands by, if it still is', () => {
  const standsBy = (address: string): IngestEvent =>
    ({ ...sender('admitted', address), standBy: true }) as IngestEvent;
  const both = [sender('admitted'), started(), standsBy('b:1')];
  const shown = (...events: readonly IngestEvent[]) =>
    boardOf(...both, ...events).streams.map(({ state, address, since, standBy, takeOvers }) => [
      ...[state, address, since, standBy?.address, standBy?.since, takeOvers],
    ]);
  assert.deepEqual(shown(), [['sending', 'a:1', 0, 'b:1', 2, 0]]);
  assert.deepEqual(shown(sender('took-over', 'b:1')), [['sending', 'b:1', 2, 'a:1', 3, 1]]);
  assert.deepEqual(shown(sender('lost'), sender('took-over', 'b:1')), [
    ['sending', 'b:1', 2, undefined, undefined, 1],
  ]);
  assert.deepEqual(shown(sender('took-over', 'b:1'), sender('lost')), [
    ['sending', 'b:1', 2, undefined, undefined, 1],
  ]);
  assert.deepEqual(shown(sender('lost', 'b:1')), [['sending', 'a:1', 0, undefined, undefined, 0]]);
  assert.equal(boardOf(...both, sender('took-over', 'b:1')).totals.takeOvers, 1);
  assert.equal(boardOf(...both, sender('took-over', 'b:1')).streams[0]?.faults.length, 1);
});

test('Where the first goes before anything came of it, the stream is that of who stood by', () => {
  const standsBy = { ...sender('admitted', 'b:1'), standBy: true } as IngestEvent;
  const events = [sender('admitted'), standsBy, sender('ended')];
  const shown = (...more: readonly IngestEvent[]) =>
    boardOf(...events, ...more).streams.map(({ state, address, standBy, epoch }) => [
      ...[state, address, standBy?.address, epoch],
    ]);
  assert.deepEqual(shown(), [['waiting', 'a:1', 'b:1', 0]]);
  assert.deepEqual(shown(sender('took-over', 'b:1'), started()), [['sending', 'b:1', undefined, 1]]);
  assert.deepEqual(shown(sender('ended', 'b:1')), []);
});

test('Who goes before anything came leaves nothing, and all are counted', () => {
  const refused: IngestEvent = {
    ...{ type: 'refused', why: 'denied', stream: 'x' },
    protocol: 'rtmp',
    address: 'c:1',
    message: '',
  };
  const failed: IngestEvent = { type: 'stream-failed', stream: 'cam', message: '' };
  const board = boardOf(sender('admitted'), sender('ended'), refused, refused, failed);
  assert.equal(board.streams.length, 0);
  assert.deepEqual(board.totals, {
    admitted: 1,
    refused: { denied: 2 },
    lost: 0,
    takeOvers: 0,
    dismissed: 0,
    failed: 1,
  });
});

test('Of faults the newest are kept', () => {
  const warnings = Array.from({ length: 12 }, (_, index): IngestEvent => {
    return { type: 'warning', stream: 'cam', message: String(index) };
  });
  assert.equal(boardOf(sender('admitted'), ...warnings).streams[0]?.faults.join(), '2,3,4,5,6,7,8,9,10,11');
});
