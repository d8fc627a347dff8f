/** What members say of partitions at their place, and who goes by it. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Sink, UnfinishedUpload } from '../../src/stores/contract.ts';
import type { Claim, SharedSink } from '../../src/stores/shared-sink.ts';
import { GroupFlow } from '../support/group-flow.ts';

const topic = { topic: 'id', name: 'files', cluster: 'c' };
const place = { reader: 'fill', ...topic };

function open(upload: string, ...seen: UnfinishedUpload['seen'][number][]): UnfinishedUpload {
  const of = { uploader: 'shop', path: upload, topic: 'id', size: 9, close: undefined };
  return { upload, ...of, ranges: [], seen };
}

function claim(term: number, safe: number, ...uploads: UnfinishedUpload[]): Claim {
  return { term, range: { began: 0, safe }, uploads };
}

/** Who says what of the partitions: term, safe offset, uploads. */
async function said({ shared }: Sink): Promise<Record<number, unknown[]>> {
  const claims = [...(await shared!.claims('id'))];
  return Object.fromEntries(
    claims.map(([partition, { isOwn, term, range, uploads }]) => {
      return [partition, [isOwn, term, range.safe, ...uploads.map(({ upload }) => upload)]];
    }),
  );
}

async function members(t: TestContext, ground: GroupFlow, ...names: string[]) {
  const sinks = await Promise.all(names.map((name) => ground.open(name)));
  t.after(() => Promise.all(sinks.map((sink) => sink.close())));
  return sinks as [Sink, Sink, ...Sink[]];
}

test('Whoever has taken a partition last is believed, though a zombie writes on', async (t) => {
  const [a, b] = await members(t, new GroupFlow(t), 'a', 'b');
  await a.shared!.take(
    topic,
    new Map([
      [0, claim(1, 5)],
      [1, claim(1, 7)],
    ]),
    [],
  );
  await a.checkpoint([open('u', [0, 3, 4]), open('v', [1, 6, 6])], {
    ...place,
    partitions: new Map([[0, { began: 0, safe: 8 }]]),
  });
  assert.deepEqual(await said(b), { 0: [false, 1, 8, 'u'], 1: [false, 1, 7, 'v'] });
  const before = await b.shared!.claims('id');
  await b.shared!.take(topic, new Map([[0, { ...before.get(0)!, term: 2 }]]), []);
  await a.checkpoint([open('w', [0, 9, 9])], {
    ...place,
    partitions: new Map([[0, { began: 0, safe: 99 }]]),
  });
  assert.deepEqual(await said(b), { 0: [true, 2, 8, 'u'], 1: [false, 1, 7, 'v'] });
  assert.deepEqual(await said(a), { 0: [false, 2, 8, 'u'], 1: [true, 1, 7, 'v'] });
  // It sees that, and says nothing of it any more.
  await a.shared!.take(topic, new Map(), [0]);
  assert.deepEqual(await said(a), { 0: [false, 2, 8, 'u'], 1: [true, 1, 7, 'v'] });
});

test('Of two claims of one term the further one counts, and of equal ones that of another member', async (t) => {
  const [a, b] = await members(t, new GroupFlow(t), 'a', 'b');
  const take = ({ shared }: Sink, safe: number): Promise<void> =>
    shared!.take(topic, new Map([[0, claim(3, safe)]]), []);
  await take(a, 5);
  await take(b, 5);
  assert.deepEqual([await said(a), await said(b)], [{ 0: [false, 3, 5] }, { 0: [false, 3, 5] }]);
  await take(b, 6);
  assert.deepEqual([await said(a), await said(b)], [{ 0: [false, 3, 6] }, { 0: [true, 3, 6] }]);
});

test('What is noted of several partitions goes with each of them, and comes together again', async (t) => {
  const [a, b] = await members(t, new GroupFlow(t), 'a', 'b');
  await a.shared!.take(
    topic,
    new Map([
      [0, claim(1, 9)],
      [1, claim(1, 9)],
    ]),
    [],
  );
  await a.checkpoint([open('locked', [0, 1, 2], [1, 3, 4])]);
  const claims = await b.shared!.claims('id');
  assert.deepEqual(claims.get(1)?.uploads[0]?.seen, [[1, 3, 4]]);
  await b.shared!.take(topic, new Map([0, 1].map((one) => [one, { ...claims.get(one)!, term: 2 }])), []);
  const taken = await b.shared!.claims('id');
  assert.deepEqual(
    [0, 1].map((one) => taken.get(one)?.uploads[0]?.seen),
    [[[0, 1, 2]], [[1, 3, 4]]],
  );
});

test('What a member left that is dead for long is removed, once others have said more of its partitions', async (t) => {
  const ground = new GroupFlow(t);
  const [dead, alive] = await members(t, ground, 'dead', 'alive');
  await dead.shared!.take(topic, new Map([[0, claim(1, 5)]]), []);
  const key = '.sluice/dead/journal.json';
  const { bytes, metadata, tag } = ground.objects.kept.get(key)!;
  const old = { ...JSON.parse(bytes.toString()), written: Date.now() - 90_000_000 };
  ground.objects.open.set('left', { key: 'shop/x', parts: new Map() });
  old.open = [{ key: 'shop/x', id: 'left' }];
  ground.objects.kept.set(key, { bytes: Buffer.from(JSON.stringify(old)), metadata, tag });
  const take = (shared: SharedSink, partition: number, term: number): Promise<void> =>
    shared.take(topic, new Map([[partition, claim(term, 5)]]), []);
  await take(alive.shared!, 1, 1);
  assert.ok(ground.objects.kept.has(key), 'nobody else has said anything of its partition');
  await take(alive.shared!, 0, 2);
  assert.deepEqual([ground.objects.kept.has(key), ground.objects.open.size], [false, 0]);
});

test('All members begin where the first of them began, and know a topic that was made anew', async (t) => {
  const [a, b] = await members(t, new GroupFlow(t), 'a', 'b');
  const began = [a, b].map(({ shared }, index) => shared!.begin(topic, async () => [index, index]));
  const [first, second] = await Promise.all(began);
  assert.deepEqual(first, second);
  await assert.rejects(
    b.shared!.begin({ ...topic, topic: 'another' }, async () => [0]),
    /topic files was deleted and made anew since group fill read it/,
  );
  assert.deepEqual(await b.shared!.begin({ ...topic, topic: 'another', cluster: 'd' }, async () => [7]), [7]);
});
