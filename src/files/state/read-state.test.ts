import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type StateRecord, statePartition } from '../../records/state-record.ts';
import { EveryState } from './read-state.ts';

const partitions = 2;
const [shop, till] = ['shop', 'till'];
const [ofShop, ofTill] = [statePartition(shop, partitions), statePartition(till, partitions)];

function stateOf(...records: [partition: number, record: StateRecord][]): EveryState {
  const state = new EveryState('t', 'here', partitions);
  for (const [partition, record] of records) state.take(partition, record, 0);
  return state;
}

function origin(topic: string, ends: number[], cluster = 'here'): StateRecord {
  return { kind: 'origin', uploader: '', origin: { topic, ends, cluster } };
}

function ready(uploader: string, topic: string): StateRecord {
  return { kind: 'ready', uploader, ready: { topic } };
}

test('What may stand on the files topic and not be told, by where the state begins and who has told everything', () => {
  assert.notEqual(ofShop, ofTill, 'the two have to be in two partitions');
  assert.equal(stateOf().untoldBefore(0, shop), Number.POSITIVE_INFINITY);
  const half = stateOf([ofShop, origin('t', [5, 7])]);
  assert.deepEqual(
    [0, 1, 2].map((partition) => half.untoldBefore(partition, shop)),
    [5, 7, 0],
  );
  assert.equal(half.untoldBefore(0, till), Number.POSITIVE_INFINITY);
  assert.equal(half.untoldBefore(0), Number.POSITIVE_INFINITY);
  const whole = stateOf([ofShop, origin('t', [5, 7])], [ofTill, origin('older', [9, 9])]);
  assert.deepEqual([whole.untoldBefore(1), whole.untoldBefore(1, till)], [7, 0]);
  whole.take(ofShop, ready(shop, 't'), 0);
  assert.equal(whole.untoldBefore(1, shop), 0);
  assert.equal(whole.untoldBefore(1), 7, 'somebody else may have sent before');
  whole.take(ofShop, ready(shop, 'older'), 0);
  assert.equal(whole.untoldBefore(1, shop), 7);
});

test('A state that was copied from another cluster tells nothing of the topic that stands here', () => {
  const origins = ['here', 'there', undefined].map((cluster): StateRecord => {
    const value = { topic: 'older', ends: [9, 9], ...(cluster === undefined ? {} : { cluster }) };
    return { kind: 'origin', uploader: '', origin: value };
  });
  assert.deepEqual(
    origins.map((one) => stateOf([ofShop, one]).untoldBefore(0, shop)),
    [0, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
  );
});

test('A partition with a damaged record tells nothing for certain', () => {
  const state = stateOf([ofShop, origin('t', [0])], [ofTill, origin('t', [0])], [ofShop, ready(shop, 't')]);
  assert.equal(state.untoldBefore(0), 0);
  state.distrust(ofShop);
  assert.equal(state.untoldBefore(0, shop), Number.POSITIVE_INFINITY);
  assert.equal(state.untoldBefore(0, till), 0);
});
