/** A group of real processes at a folder: one killed and one frozen in the turn of a name, one added. `npm run test:group` has more of all of it. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { testBroker } from '../support/broker.ts';
import { waitFor } from '../support/wait.ts';
import { endMembers, groupGround, isBack, timesAssigned } from './ground.ts';
import { folderPlace } from './places.ts';

test('Of a group at a folder, one is killed and one frozen amid its writes, one added: each version is there once, by one, and the newest stands', async (t) => {
  const { bootstrapServers } = await testBroker();
  const place = await folderPlace(t);
  const ground = await groupGround(t, bootstrapServers, place, { partitions: 6, takeOverAfter: '6s' });
  const sent = async (...more: string[]): Promise<void> => {
    const { code, stderr } = await ground.upload(...more).ended;
    assert.equal(code, 0, stderr);
  };
  // There is a topic then.
  await sent();
  const killed = ground.join('killed', { signalAt: 'SIGKILL turn:after-record/2' });
  const zombie = ground.join('zombie', { signalAt: 'SIGSTOP turn:after-record/3' });
  const share = ({ events }: typeof killed): unknown =>
    (events.findLast(({ type }) => type === 'assigned')?.partitions as number[] | undefined)?.length;
  await waitFor(() => share(killed) === 3 && share(zombie) === 3, {
    what: 'a share for each of two',
    timeout: 120_000,
  });
  const sizes = new Map<string, number>();
  for (let file = 0; file < 40; file++) sizes.set(`many/${file}`, (file * 7919) % 400_000);
  sizes.set('large', 12_000_000);
  await ground.make(sizes);
  await sent('--pack-below', '20000');
  await killed.process.ended;
  const state = (): Promise<string> => readFile(`/proc/${zombie.process.child.pid}/stat`, 'utf8');
  await waitFor(async () => /\) T /.test(await state()), { what: 'the standstill of one', timeout: 120_000 });
  const returns = timesAssigned(zombie);
  const steady = ground.join('steady');
  const added = ground.join('added');
  await ground.filled(120_000);
  // What the frozen one had in hand is of older versions by now.
  await ground.make(sizes);
  await sent('--pack-below', '20000');
  await ground.filled(120_000, 'bytes');
  zombie.process.child.kill('SIGCONT');
  await isBack(zombie, returns);
  await endMembers([zombie, steady, added]);
  assert.deepEqual(await ground.faults(), []);
});
