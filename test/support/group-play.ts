/** Plays of a group by seeds: members come, freeze at any request, go on and die while versions of files flow. */
import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { md5, noise } from './bytes.ts';
import type { GroupFlow, GroupMember } from './group-flow.ts';
import { waitFor } from './wait.ts';

/** Numbers from 0 to below 1, the same for a seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Rejects with what is not as it should be. `begin`: an empty place, and a topic of so many partitions. */
export async function playGroup(
  seed: number,
  begin: (partitions: number) => GroupFlow | Promise<GroupFlow>,
): Promise<void> {
  const random = randomOf(seed);
  const upTo = (count: number): number => Math.floor(random() * count);
  // What came later is drawn apart, so that a seed's steps stay what they were.
  const apart = randomOf(seed ^ 0x5bd1e995);
  const ground = await begin(1 + upTo(4));
  const all: GroupMember[] = [];
  let live: GroupMember[] = [];
  const frozen: GroupMember[] = [];
  const join = (): void => {
    const member = ground.member(`m${all.length}`).start();
    all.push(member);
    live.push(member);
  };
  const send = async (): Promise<void> => {
    for (let count = 1 + upTo(6); count > 0; count--)
      ground.flow.source.write(`f${upTo(12)}`, noise([0, 300, 900, 3000, 5000, 14_000][upTo(6)]!));
    if (apart() < 0.3)
      ground.flow.source.write('same', ground.flow.source.bytes(ground.flow.source.paths()[0]!));
    const stripeAbove = apart() < 0.5 ? 2000 : 0;
    const notTwice = apart() < 0.5 ? 'always' : 'never';
    await ground.flow.up({ packBelow: upTo(2) * 400, stripeAbove, notTwice });
  };
  const freeze = async (isForEver: boolean): Promise<void> => {
    const member = live[upTo(live.length)]!;
    live = live.filter((one) => one !== member);
    let left = upTo(30);
    const still = member.freezeAt((request) => !request.startsWith('list') && left-- <= 0);
    // It may have nothing to ask for.
    await Promise.race([still, turns(300)]);
    member.freezeAt(() => false);
    if (!member.isFrozen) member.freeze();
    if (!isForEver) frozen.push(member);
  };
  join();
  join();
  await send();
  for (let step = 0; step < 14; step++) {
    const what = random();
    if (what < 0.35) await send();
    else if (what < 0.5) join();
    else if (what < 0.7 && live.length > 1) await freeze(false);
    else if (what < 0.8 && live.length > 1) await freeze(true);
    else if (frozen.length > 0) {
      const [member] = frozen.splice(upTo(frozen.length), 1);
      member!.thaw();
      live.push(member!);
    }
    await turns(upTo(60));
  }
  for (const member of frozen) member.thaw();
  live.push(...frozen);
  await send();
  const there = (): boolean => {
    assert.deepEqual(ground.received(md5), ground.flow.sent());
    return true;
  };
  await waitFor(there, { what: `all files, seed ${seed}`, timeout: 20_000 });
  await Promise.all(live.map((member) => member.stop()));
  there();
  const told = all.flatMap(({ events }) =>
    events.flatMap((event) => (event.type === 'received' ? [`${event.path} ${event.upload}`] : [])),
  );
  assert.deepEqual(told.toSorted(), [...new Set(told)].toSorted(), `told by one, seed ${seed}`);
  const bad = all.flatMap(({ events }) =>
    events.filter(({ type }) => ['failed', 'lost', 'refused-record'].includes(type)),
  );
  assert.deepEqual(bad, [], `seed ${seed}`);
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await setImmediate();
}
