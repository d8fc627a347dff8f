/** The short form of `npm run test:crash`: few seeds, always the same; and that a transfer comes to every crash point. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crashPoints } from '../../src/crash-points.ts';
import { Cleanup } from '../support/cleanup.ts';
import { Transfer } from './kill-at-points.ts';
import { makePlan } from './make-plan.ts';
import { planText } from './plan.ts';
import { Theatres } from './theatre.ts';

const seeds = [16, 40, 45];

test('Whatever happens to files, processes, network and sink: all that was stable arrives, and nothing else', async (t) => {
  const owner = new Cleanup();
  t.after(() => owner.run());
  const theatres = await Theatres.open({ atOnce: 2, owner, say: (text) => t.diagnostic(text) });
  const left = [...seeds];
  const playSome = async (): Promise<void> => {
    for (let seed = left.shift(); seed !== undefined; seed = left.shift()) {
      const plan = makePlan(seed);
      const { violations } = await theatres.play(plan);
      assert.deepEqual(violations, [], planText(plan));
    }
  };
  await Promise.all([playSome(), playSome()]);

  await t.test('a transfer comes to every crash point', async () => {
    const transfer = await Transfer.open(theatres);
    const first = await transfer.counts('uploader');
    await transfer.leaveHalf();
    const open = await transfer.counts('downloader');
    const second = await transfer.counts('uploader');
    const counts = { ...first, ...open, ...second, ...(await transfer.counts('downloader')) };
    assert.deepEqual(
      crashPoints.filter((point) => counts[point] === undefined),
      [],
    );
  });
});
