import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { temporaryFolder } from '../../../../test/support/folder.ts';
import { ReplacedError } from '../../replaced.ts';
import { DiskCalls } from '../calls.ts';
import { givesTurns, NameTurns } from './turns.ts';

async function place(t: TestContext, patience: number, ...runs: readonly string[]) {
  const folder = await temporaryFolder(t);
  const calls = await DiskCalls.on(folder);
  const members = await Promise.all(
    runs.map(async (run) => {
      await mkdir(join(folder, run));
      return new NameTurns({ turns: join(folder, 'turns'), own: join(folder, run), patience, calls });
    }),
  );
  return { folder, members };
}

test('Whoever is slow in its turn, or stands still in it, loses what it was about to do, and nobody else does', async (t) => {
  const { folder, members } = await place(t, 60, 'a', 'b', 'c', 'd');
  const number = join(folder, 'number');
  await writeFile(number, '0');
  let [done, lost] = [0, 0];
  const count = async (turns: NameTurns, step: number): Promise<void> => {
    const made = join(folder, `made-${step}`);
    try {
      await turns.take('number', async (turn) => {
        const before = Number(await readFile(number, 'utf8'));
        await writeFile(made, String(before + 1));
        await rename(made, join(turn.folder, 'file'));
        // Every fifth is frozen for longer than others are patient.
        await delay(step % 5 === 0 ? 200 : step % 3);
        await rename(join(turn.folder, 'file'), number);
      });
      done++;
    } catch (error) {
      assert.ok(error instanceof ReplacedError, String(error));
      lost++;
    }
  };
  await Promise.all(
    members.map(async (turns, at) => {
      for (let step = 0; step < 8; step++) await count(turns, at * 8 + step);
    }),
  );
  // Two that had the turn at once would have counted from the same number.
  assert.equal(await readFile(number, 'utf8'), String(done));
  assert.equal(done + lost, 32);
  assert.ok(lost > 0, 'some were taken from');
  assert.deepEqual(await readdir(join(folder, 'turns')), []);
});

test('A turn that was taken away takes nothing in, and gives nothing, though another has it by then', async (t) => {
  const { folder, members } = await place(t, 20, 'a', 'b');
  const [frozen, other] = members as [NameTurns, NameTurns];
  await writeFile(join(folder, 'standing'), 'standing');
  await writeFile(join(folder, 'new'), 'new');
  const held = Promise.withResolvers<void>();
  await assert.rejects(
    frozen.take('x', async (turn) => {
      await rename(join(folder, 'new'), join(turn.folder, 'file'));
      await other.take('x', async () => {
        await assert.rejects(rename(join(turn.folder, 'file'), join(folder, 'standing')), { code: 'ENOENT' });
        await assert.rejects(rename(join(folder, 'standing'), join(turn.folder, 'taken')), {
          code: 'ENOENT',
        });
        held.resolve();
      });
      throw new Error('whatever it makes of it');
    }),
    ReplacedError,
  );
  await held.promise;
  assert.equal(await readFile(join(folder, 'standing'), 'utf8'), 'standing');
});

test('Turns of runs that are no more are ended, and no others', async (t) => {
  const { folder, members } = await place(t, 60_000, 'dead', 'alive');
  const [dead, alive] = members as [NameTurns, NameTurns];
  const { promise, resolve } = Promise.withResolvers<void>();
  const work = [dead, alive].map((turns, at) => turns.take(`name ${at}`, () => promise).catch(() => 'lost'));
  while ((await readdir(join(folder, 'turns')).catch(() => [])).length < 2) await delay(5);
  await alive.sweep(new Set(['dead']));
  const held = await readdir(join(folder, 'turns'), { recursive: true });
  assert.deepEqual(
    held.filter((name) => name.includes('/')).map((name) => name.split('/')[1]),
    ['alive.1'],
  );
  resolve();
  await Promise.all(work);
});

test('Errors of the work are its own where the turn still is ours', async (t) => {
  const { folder, members } = await place(t, 60, 'a');
  await assert.rejects(
    members[0]!.take('x', () => Promise.reject(new TypeError('mine'))),
    TypeError,
  );
  assert.equal(await members[0]!.take('x', async () => 5), 5);
  assert.equal(await givesTurns(join(folder, 'a')), true);
  assert.deepEqual(await readdir(join(folder, 'a')), []);
});
