/** What becomes of what was fetched ahead when the cut of a line has left connections behind. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { topic, topicId } from '../../../test/models/kafka/cluster.ts';
import { decodeFetchRequest, encodeFetchResponse } from '../../../test/models/kafka/fetch-wire.ts';
import { fetchingCluster } from '../../../test/models/kafka/fetching.ts';
import { LeftBehind } from '../cluster/prober.ts';
import { Reader } from './reader.ts';

const batches = 40;
const turn = () => new Promise(setImmediate);

test('Connections that a cut leaves behind take with them what they were at, and nothing else', async (t) => {
  const cluster = fetchingCluster(1, { roundTrip: 80, tellsEpochs: true });
  const log = cluster.logs[0]!;
  for (let batch = 0; batch < batches; batch += 1) log.write([`${2 * batch}`, `${2 * batch + 1}`], 'plain');
  const closing = new AbortController();
  const reader = new Reader({
    cluster: cluster.asCluster,
    ahead: { most: 4, first: 4, deepBytes: 1 },
    reading: { topic, bufferBytes: 32 * 1024 * 1024, aheadBytes: 64 * 1024 * 1024 },
    until: new Map([[0, 2 * batches]]),
    signal: closing.signal,
  });
  t.after(() => {
    closing.abort();
    reader.close();
    cluster.close();
  });
  await reader.assignment.open();
  reader.assignment.add(new Map([[0, 0]]));
  const served = new Map<number, number>();
  const offsetOf = (request: { readonly bytes: Buffer }) => decodeFetchRequest(request.bytes)[0]!.offset;
  const serve = (request: ReturnType<typeof cluster.next>[number]): void => {
    const [asked] = decodeFetchRequest(request.bytes);
    served.set(asked!.offset, (served.get(asked!.offset) ?? 0) + 1);
    request.answer(encodeFetchResponse(topicId, [log.answer(asked!, 0, 1)]));
  };
  const read: number[] = [];
  const reading = (async () => {
    while (read.length < 2 * batches) {
      const batch = await reader.take(
        () => closing.signal.aborted,
        () => false,
      );
      if (batch === undefined) return;
      read.push(...batch.records.map(({ offset }) => offset));
      batch.release();
    }
  })();

  await turn();
  serve(cluster.next(0)[0]!);
  await turn();
  // All but what comes first arrives, twice over.
  for (let round = 0; round < 2; round += 1) {
    for (const request of cluster
      .next(0)
      .toSorted((a, b) => offsetOf(a) - offsetOf(b))
      .slice(1))
      serve(request);
    await turn();
  }
  const kept = [...served.keys()];
  assert.ok(kept.length > 4 && read.length <= 2, 'much of what comes later is there');
  const waitingFor = (offset: number) => cluster.next(0).find((request) => offsetOf(request) === offset);
  const behind = () => new LeftBehind('the line was cut');
  // All at once: nothing is odd, and as many go on.
  const before = cluster.next(0).length;
  cluster.breakOff(0, behind());
  await turn();
  await turn();
  assert.deepEqual([before, cluster.next(0).length], [4, 4], 'as many connections go on');
  // What comes first fails until it is asked for in order, beside what is there already; and the cut leaves that behind.
  for (let failures = 0; failures < 3; failures += 1) {
    waitingFor(2)!.breakOff();
    await turn();
    await turn();
  }
  const [{ length: refreshes }, { pauses }] = [cluster.refreshes, cluster];
  waitingFor(2)!.breakOff(behind());
  await turn();
  await turn();
  assert.ok(waitingFor(2), 'it is asked for at once');
  while (read.length < 2 * batches) {
    await turn();
    for (const request of cluster.next(0)) serve(request);
  }
  await reading;
  assert.deepEqual(
    kept.filter((offset) => served.get(offset) !== 1),
    [],
    'what had come is not fetched again',
  );
  assert.deepEqual(
    read,
    Array.from({ length: 2 * batches }, (_, offset) => offset),
  );
  assert.deepEqual(
    [cluster.refreshes.length, cluster.pauses],
    [refreshes, pauses],
    'it says nothing of leaders',
  );
});
