/** Several downloaders that fill one place together: each file is written once, whoever is frozen, dies or comes. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { digestOf } from '../../src/records/checksum.ts';
import type { Sink } from '../../src/stores/contract.ts';
import { openSink } from '../../src/stores/open.ts';
import { StoreFault } from '../../src/stores/store-fault.ts';
import { groupPlace } from '../contracts/sink/group.ts';
import { md5, noise } from '../support/bytes.ts';
import { temporaryFolder } from '../support/folder.ts';
import { GroupFlow, type GroupMember } from '../support/group-flow.ts';
import { waitFor } from '../support/wait.ts';

/** Files of a chunk, of several, and of several parts of the bucket's. */
const sizes = [0, 10, 700, 4000, 4096, 9000, 20_000];

function put(ground: GroupFlow, count: number, prefix = 'f'): void {
  for (let index = 0; index < count; index++)
    ground.flow.source.write(`${prefix}/${index}`, noise(sizes[index % sizes.length]!));
}

/** All that was sent stands there. */
function isThere(ground: GroupFlow): boolean {
  try {
    assert.deepEqual(ground.received(md5), ground.flow.sent());
    return true;
  } catch {
    return false;
  }
}

function toldReceived(members: readonly GroupMember[]): string[] {
  return members.flatMap(({ events }) =>
    events.flatMap((event) => (event.type === 'received' ? [`${event.path} ${event.upload}`] : [])),
  );
}

/** Nothing was told twice or as failed, and everything was written as often as it was told. */
function assertOnce(ground: GroupFlow, members: readonly GroupMember[]): void {
  const told = toldReceived(members);
  assert.deepEqual(told.toSorted(), [...new Set(told)].toSorted(), 'told by one member only');
  const failed = members.flatMap(({ events }) => events.filter(({ type }) => type === 'failed'));
  assert.deepEqual(failed, []);
  const writes = Object.values(ground.writes()).reduce((sum, count) => sum + count, 0);
  assert.ok(writes >= told.length, `${writes} writes, and ${told.length} were told`);
}

test('Three members share the work, and with --once each ends when all is read', async (t) => {
  const ground = new GroupFlow(t);
  put(ground, 40);
  await ground.flow.up();
  const members = ['a', 'b', 'c'].map((name) => ground.member(name).start({ once: true }));
  const summaries = await Promise.all(members.map(({ ended }) => ended));
  assert.deepEqual(ground.received(md5), ground.flow.sent());
  assert.deepEqual(
    summaries.map((summary) => [summary?.failed, summary?.open]),
    [
      [0, 0],
      [0, 0],
      [0, 0],
    ],
  );
  assert.equal(toldReceived(members).length, 40);
  assert.ok(Object.values(ground.writes()).every((count) => count === 1));
  assertOnce(ground, members);
});

test('A member that dies is taken over without loss', async (t) => {
  const ground = new GroupFlow(t);
  put(ground, 40);
  await ground.flow.up();
  const dead = ground.member('dead');
  const frozen = dead.freezeAt((request) => request.startsWith('part shop/'));
  dead.start();
  await frozen;
  const members = ['b', 'c'].map((name) => ground.member(name).start({ once: true }));
  await Promise.all(members.map(({ ended }) => ended));
  assert.deepEqual(ground.received(md5), ground.flow.sent());
  assert.ok(Object.values(ground.writes()).every((count) => count === 1));
  assertOnce(ground, [dead, ...members]);
});

test('Copies are made of what the topic has, by whoever has their partition when another member dies', async (t) => {
  const ground = new GroupFlow(t);
  for (const size of [700, 4000, 9000, 20_000]) {
    const bytes = noise(size);
    for (let copy = 0; copy < 6; copy++) ground.flow.source.write(`${size}/${copy}`, bytes);
  }
  const up = await ground.flow.up({ notTwice: 'always' });
  assert.deepEqual([up.files, up.wireBytes], [24, 33_700]);
  const dead = ground.member('dead');
  const frozen = dead.freezeAt((request) => /^(part|put) shop\/\d+\/[1-5]/.test(request));
  dead.start();
  await frozen;
  const members = ['b', 'c'].map((name) => ground.member(name).start({ once: true }));
  const summaries = await Promise.all(members.map(({ ended }) => ended));
  assert.deepEqual(
    summaries.map((summary) => [summary?.failed, summary?.open]),
    [
      [0, 0],
      [0, 0],
    ],
  );
  assert.deepEqual(ground.received(md5), ground.flow.sent());
  assertOnce(ground, [dead, ...members]);
});

const requests = ['put shop/', 'complete shop/', 'rewrite shop/', 'look shop/'];
const moments = requests.flatMap((request) => ['', ', answered'].map((end) => ({ request, end })));
const later = [{ isNewer: true }, { isNewer: false }];

for (const { request, end, isNewer } of moments.flatMap((moment) =>
  later.map((one) => ({ ...moment, ...one })),
)) {
  const over = isNewer ? ', nor over what is newer' : '';
  test(`A member that was frozen at "${request}${end}" writes nothing that others have${over}`, async (t) => {
    const ground = new GroupFlow(t);
    put(ground, 14);
    await ground.flow.up();
    const zombie = ground.member('zombie');
    const frozen = zombie.freezeAt((one) => one.startsWith(request) && one.endsWith(end || one));
    zombie.start();
    await frozen;
    const other = ground.member('other').start();
    await waitFor(() => isThere(ground), { what: 'all files' });
    if (isNewer) {
      // What the zombie had in hand is of an older version by now.
      put(ground, 14);
      await ground.flow.up();
      await waitFor(() => isThere(ground), { what: 'all newer files' });
    }
    const before = ground.writes();
    zombie.thaw();
    await waitFor(() => zombie.events.filter(({ type }) => type === 'assigned').length === 2, {
      what: 'the return of the zombie',
    });
    put(ground, 5, 'late');
    await ground.flow.up();
    await waitFor(() => isThere(ground), { what: 'what came later' });
    await Promise.all([zombie.stop(), other.stop()]);
    const after = Object.entries(ground.writes()).filter(([path]) => path.startsWith('f/'));
    assert.deepEqual(Object.fromEntries(after), before);
    assertOnce(ground, [zombie, other]);
  });
}

test('A member that comes and one that goes lose nothing of what is in progress', async (t) => {
  const ground = new GroupFlow(t);
  put(ground, 20);
  await ground.flow.up();
  const first = ground.member('first').start();
  await waitFor(() => toldReceived([first]).length > 0, { what: 'a file' });
  const second = ground.member('second').start();
  await waitFor(() => second.events.some(({ type }) => type === 'assigned'), { what: 'its partitions' });
  put(ground, 20, 'g');
  await ground.flow.up();
  await first.stop();
  await waitFor(() => isThere(ground), { what: 'all files' });
  await second.stop();
  assert.ok(Object.values(ground.writes()).every((count) => count === 1));
  assertOnce(ground, [first, second]);
  // Nobody reads again what the group has read.
  const later = ground.member('later');
  const summary = await later.start({ once: true }).ended;
  assert.deepEqual([summary?.files, summary?.unchanged, summary?.records], [0, 0, 0]);
});

test('An upload that is open when its member dies is gone on with from where it began, though its position is behind that', async (t) => {
  const ground = new GroupFlow(t, 1);
  const { flow } = ground;
  flow.source.write('long', noise(30_000));
  await flow.up();
  const records = await flow.records();
  const again = new GroupFlow(t, 1);
  await again.flow.append(records.slice(0, -5).map(({ partition, ...record }) => ({ partition, record })));
  const first = again.member('first').start();
  await waitFor(
    () => {
      const journal = again.objects.kept.get('.sluice/first/journal.json');
      return journal?.bytes.toString().includes(`"safe":${records.length - 5}`);
    },
    { what: 'a position behind the first chunks' },
  );
  first.freeze();
  const second = again.member('second').start();
  await waitFor(() => second.events.some(({ type }) => type === 'assigned'), { what: 'the taking over' });
  await again.flow.append(records.slice(-5).map(({ partition, ...record }) => ({ partition, record })));
  await waitFor(() => toldReceived([second]).length === 1, { what: 'the file' });
  assert.deepEqual(again.received(md5), flow.sent());
  await second.stop();
});

test('A place is of a group or of single downloaders, of one group, and of those that keep conditions', async (t) => {
  const ground = new GroupFlow(t);
  const alone = await ground.open('alone', { group: null });
  await assert.rejects(
    ground.open('a'),
    /alone\/journal.json of memory:\/\/bucket is of a downloader without a group/,
  );
  await alone.close();
  // Nothing is left of the group that could not be.
  await (await ground.open('alone', { group: null })).close();
  ground.objects.kept.clear();
  await (await ground.open('a')).close();
  await (await ground.open('b')).close();
  await assert.rejects(ground.open('alone', { group: null }), /the members of group fill write into/);
  await assert.rejects(ground.open('a', { group: null }), /the members of group fill write into/);
  await assert.rejects(ground.open('c', { group: 'other' }), /the members of group fill write into/);
  ground.objects.kept.clear();
  await assert.rejects(ground.open('a', { replacesAtOnce: false }), /a group cannot share memory/);
  assert.deepEqual([...ground.objects.kept.keys()], []);
});

test('A downloader without a group finds out that a group is begun at the same moment', async (t) => {
  const ground = new GroupFlow(t);
  let isBegun = false;
  const pass = async (request: string): Promise<void> => {
    if (isBegun || !request.startsWith('put .sluice/alone/journal.json')) return;
    isBegun = true;
    await (await ground.open('member')).close();
  };
  await assert.rejects(ground.open('alone', { group: null, pass }), /the members of group fill write into/);
  // The group goes on: nothing of the other one keeps its members out.
  await (await ground.open('member')).close();
});

test('A member that has become a single downloader, and what a removed group left, are recognised', async (t) => {
  const ground = new GroupFlow(t);
  put(ground, 10);
  await ground.flow.up();
  await ground.member('a').start({ once: true }).ended;
  ground.objects.kept.delete('.sluice/group.json');
  await assert.rejects(ground.open('a', { group: null }), /a was a member of group fill/);
  // Begun anew, all is read again, and nothing written.
  const again = await ground.member('a').start({ once: true }).ended;
  assert.deepEqual([again?.files, again?.unchanged], [0, 10]);
});

test('--spill is refused', async (t) => {
  const folder = await temporaryFolder(t);
  await assert.rejects(
    openSink('s3://bucket/prefix', { reader: 'a', group: 'g', spill: folder }),
    /--spill and --group cannot be given together/,
  );
});

/** Two members with an upload in hand; the first one's request that matches is lost, once. */
async function twoMembers(t: TestContext, lost: string, size: number) {
  const ground = new GroupFlow(t);
  let left = 1;
  const pass = async (request: string): Promise<void> => {
    if (request === lost && left-- > 0) throw new StoreFault('cut', { scope: 'sink', code: 'EAGAIN' });
  };
  const sinks = [await ground.open('a', { pass }), await ground.open('b')] as const;
  t.after(() => Promise.all(sinks.map((sink) => sink.close())));
  const [upload, bytes] = ['1'.repeat(32), noise(size)];
  const look = { mtime: '1700000000000000000', mode: 0o644 };
  const published = { upload, size, digest: digestOf('md5', bytes) };
  // Both look before anything is there.
  for (const sink of sinks) {
    assert.equal(await sink.newest('shop/a'), undefined);
    await sink.part(upload, { target: 'shop/a', size }).write(bytes, 0);
  }
  const publish = (sink: Sink): Promise<string | undefined> =>
    sink.publish(upload, 'shop/a', look, published);
  return { first: () => publish(sinks[0]), second: () => publish(sinks[1]) };
}

test('What a member has put in place is its own, though the answer to that was lost', async (t) => {
  for (const [size, lost] of [
    [9000, 'complete shop/a, answered'],
    [900, 'put shop/a, answered'],
  ] as const) {
    const { first, second } = await twoMembers(t, lost, size);
    await first().catch((error: unknown) => {
      if (!(error instanceof StoreFault)) throw error;
      return first();
    });
    await assert.rejects(second(), { name: 'ReplacedError' });
  }
});

test('What another member has put in place is not ours, though a request of ours was lost', async (t) => {
  for (const [size, lost] of [
    [9000, 'complete shop/a'],
    [900, 'put shop/a'],
  ] as const) {
    const { first, second } = await twoMembers(t, lost, size);
    await assert.rejects(first(), StoreFault);
    await second();
    await assert.rejects(first(), { name: 'ReplacedError' });
  }
});

groupPlace(async (t) => {
  const ground = new GroupFlow(t);
  return (reader, group) => ground.open(reader, { group: group ?? null });
});
