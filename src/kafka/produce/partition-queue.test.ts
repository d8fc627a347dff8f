import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ModelBroker } from '../../../test/support/model-broker.ts';
import fc from '../../../test/support/properties.ts';
import { KafkaError } from '../contract.ts';
import type { Batch } from './batch.ts';
import type { PartitionQueue } from './partition-queue.ts';

type Event = (broker: ModelBroker) => void;

function events(
  weight: number,
  arbitrary: fc.Arbitrary<Event>,
): { weight: number; arbitrary: fc.Arbitrary<Event> } {
  return { weight, arbitrary };
}

/** What can happen, in any order. */
const event = fc.oneof(
  events(
    6,
    fc.constant((broker) => broker.append()),
  ),
  events(
    1,
    fc.constant((broker) => broker.append(true)),
  ),
  events(
    6,
    fc.constant((broker) => broker.send()),
  ),
  events(
    6,
    fc.constant((broker) => broker.serve()),
  ),
  events(
    2,
    fc.constant((broker) => broker.serveLate()),
  ),
  events(
    2,
    fc.constant((broker) => broker.turnAway()),
  ),
  events(
    2,
    fc.nat(5).map((arrived) => (broker) => broker.breakConnection(arrived)),
  ),
  events(
    1,
    fc.nat(5).map((arrived) => (broker) => broker.restart(arrived)),
  ),
  events(
    1,
    fc.constant((broker) => broker.expire()),
  ),
  events(
    5,
    fc.constant((broker) => broker.mend()),
  ),
  events(
    4,
    fc.constant((broker) => broker.startCompressing()),
  ),
  events(
    6,
    fc.tuple(fc.nat(5), fc.boolean()).map(
      ([which, isSmaller]) =>
        (broker) =>
          broker.finishCompressing(which, isSmaller),
    ),
  ),
);

/** No more faults: everything must be settled within a number of rounds that the number of records bounds. */
function settle(broker: ModelBroker): void {
  for (let round = 0; round <= broker.appended * 3 + 10 && !broker.queue.isEmpty; round += 1) {
    broker.mend();
    broker.finishAllCompressing();
    broker.send();
    while (broker.queue.inFlight > 0) broker.serve();
  }
  assert.ok(broker.queue.isEmpty, 'the queue goes on for ever');
}

function check({ log, resolved, rejected, poisoned, appended, mayAsk, held }: ModelBroker): void {
  assert.equal(held, 0, 'memory of compressed batches is kept for ever');
  assert.equal(new Set(log).size, log.length, `a record stands twice: ${log}`);
  const inOrder = log.toSorted((a, b) => Number(a) - Number(b));
  assert.deepEqual(log, inOrder, 'records stand out of order');
  assert.equal(resolved.size + rejected.size, appended, 'a record was neither acknowledged nor rejected');
  for (const [id, offset] of resolved) {
    assert.ok(log.includes(id), `record ${id} is lost`);
    if (offset >= 0) assert.equal(log[offset], id, `record ${id} does not stand at offset ${offset}`);
  }
  for (const id of poisoned) assert.ok(rejected.has(id), `record ${id} is poisoned and was not rejected`);
  // Only where the broker cannot tell what it has may others be rejected with them.
  if (mayAsk) assert.deepEqual([...rejected.keys()].sort(), [...poisoned].sort());
}

for (const firstSequence of [0, 2 ** 31 - 4]) {
  for (const mayAsk of [true, false]) {
    for (const compresses of [false, true]) {
      const variant = `numbers from ${firstSequence}, the broker ${mayAsk ? 'tells' : 'does not tell'} what it has, ${compresses ? 'compressed' : 'as they are'}`;
      test(`Whatever fails, records stand once and in order (${variant})`, () => {
        fc.assert(
          fc.property(fc.array(event, { maxLength: 150, size: 'max' }), (happenings) => {
            const broker = new ModelBroker({ firstSequence, mayAsk, compresses });
            for (const happen of happenings) happen(broker);
            settle(broker);
            check(broker);
          }),
          { numRuns: 1000 },
        );
      });
    }
  }
}

test('A batch that is compressed sooner than the one before it waits for that', () => {
  const broker = new ModelBroker({ compresses: true });
  for (let count = 0; count < 3; count += 1) {
    broker.append();
    broker.startCompressing();
  }
  broker.finishCompressing(2, true);
  broker.finishCompressing(1, false);
  broker.send();
  assert.equal(broker.queue.inFlight, 0);
  broker.finishCompressing(0, true);
  settle(broker);
  assert.deepEqual(broker.log, ['1', '2', '3']);
  assert.equal(broker.held, 0);
});

test('No more than four batches are compressed ahead, and what waits meanwhile travels together', () => {
  const { queue } = new ModelBroker({ compresses: true });
  const offered: number[] = [];
  for (let count = 0; count < 10; count += 1) {
    const settled = () => {};
    queue.append({ record: { value: null }, size: 100, resolve: settled, reject: settled });
    const batch = queue.toCompress();
    if (batch) offered.push(batch.records.length);
  }
  assert.deepEqual(offered, [1, 1, 1, 1]);
});

test('Memory is given back of what was still being compressed when everything was given up', () => {
  const broker = new ModelBroker({ compresses: true });
  broker.append();
  broker.startCompressing();
  broker.queue.clear(new Error('closed'));
  broker.finishCompressing(0, true);
  assert.equal(broker.held, 0);
  assert.equal(broker.rejected.size, 1);
});

test('Without faults five batches are on their way once the first has been acknowledged', () => {
  const broker = new ModelBroker();
  broker.append();
  broker.send();
  broker.append();
  broker.send();
  assert.equal(broker.queue.inFlight, 1);
  broker.serve();
  for (let count = 0; count < 7; count += 1) {
    broker.append();
    broker.send();
  }
  assert.equal(broker.queue.inFlight, 5);
});

test('What waits together travels together', () => {
  const broker = new ModelBroker();
  for (let count = 0; count < 50; count += 1) broker.append();
  broker.send();
  assert.equal(broker.queue.inFlight, 1);
  broker.serve();
  assert.equal(broker.log.length, 50);
  assert.ok(broker.queue.isEmpty);
});

test('One poisoned record among many is rejected alone', () => {
  const broker = new ModelBroker();
  for (let count = 0; count < 10; count += 1) broker.append(count === 4);
  settle(broker);
  assert.deepEqual([...broker.rejected.keys()], ['5']);
  assert.equal(broker.log.length, 9);
});

test('Batches that a restarted broker has appended but forgotten are recognized by its last number', () => {
  const broker = new ModelBroker();
  broker.append();
  broker.send();
  broker.serve();
  for (let count = 0; count < 4; count += 1) {
    broker.append();
    broker.send();
  }
  broker.restart(4);
  settle(broker);
  assert.deepEqual(broker.log, ['1', '2', '3', '4', '5']);
  assert.equal(broker.rejected.size, 0);
});

test('A broker that may have forgotten the producer is sent one batch, and no more before it is acknowledged', () => {
  const broker = new ModelBroker();
  broker.append();
  broker.send();
  broker.serve();
  broker.expire();
  for (let count = 0; count < 2; count += 1) {
    broker.append();
    broker.send();
  }
  assert.equal(broker.queue.inFlight, 1);
  // Whatever comes first is taken: the second one may not.
  broker.turnAway();
  broker.serve();
  settle(broker);
  assert.deepEqual(broker.log, ['1', '2', '3']);
});

test('What was sent and is given up is told as what may be there; what was never sent is not', () => {
  const refusal = new KafkaError('too-large', 'It is too large.');
  const sentTwice = (): { broker: ModelBroker; batch: Batch } => {
    const broker = new ModelBroker();
    broker.append();
    broker.queue.failed(broker.queue.next(0)!, true);
    broker.queue.resume();
    const batch = broker.queue.next(0)!;
    broker.append();
    return { broker, batch };
  };
  const ends: readonly ((queue: PartitionQueue, batch: Batch) => void)[] = [
    (queue, batch) => queue.disowned(batch, refusal),
    (queue) => queue.clear(refusal),
    (queue, batch) => {
      queue.refused(batch, refusal, 'too-large');
      queue.settleDoubt(undefined, new Error('nobody knows'));
    },
  ];
  for (const end of ends) {
    const { broker, batch } = sentTwice();
    end(broker.queue, batch);
    const told = broker.rejected.get('1');
    assert.match(told!.message, /^It is too large\. What was sent already may be there/);
    assert.ok(told instanceof KafkaError && told.kind === 'too-large');
    broker.queue.clear(refusal);
    assert.equal(broker.rejected.get('2'), refusal);
  }
});

test('What is on its way when everything is given up may be there', () => {
  const broker = new ModelBroker();
  broker.append();
  broker.send();
  broker.queue.clear(new Error('Closed.'));
  assert.match(broker.rejected.get('1')!.message, /^Closed\. What was sent already may be there/);
});
