import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Incomplete } from './incomplete.ts';

test('However many uploads wait, one question is under way, and each gets ends that are newer than itself', async () => {
  let end = 0;
  let underWay = 0;
  let questions = 0;
  const incomplete = new Incomplete(async () => {
    questions++;
    assert.equal(++underWay, 1);
    const asked = end;
    await new Promise(setImmediate);
    underWay--;
    return new Map([[0, asked]]);
  });
  const noted = new Map<string, number>();
  const work: Promise<void>[] = [];
  for (let number = 0; number < 1000; number++) {
    noted.set(`u${number}`, ++end);
    work.push(incomplete.note(`u${number}`));
    if (number % 100 === 0) await new Promise(setImmediate);
  }
  await Promise.all(work);
  assert.ok(questions <= 22, `${questions}`);
  let taken = 0;
  for (let past = 0; past <= end; past++) {
    const uploads = incomplete.takePast((ends) => ends.get(0)! <= past);
    taken += uploads.length;
    for (const upload of uploads) assert.ok(noted.get(upload)! <= past, `${upload} ended at ${past}`);
  }
  assert.equal(taken, 1000);
  assert.deepEqual(incomplete.uploads(), []);
});

test('What is not answered yet is not past, and a failed question is told to whoever waits', async () => {
  const answer = Promise.withResolvers<ReadonlyMap<number, number>>();
  const incomplete = new Incomplete(() => answer.promise);
  const noted = incomplete.note('a');
  assert.deepEqual(
    incomplete.takePast(() => true),
    [],
  );
  assert.deepEqual(incomplete.uploads(), ['a']);
  answer.reject(new Error('gone'));
  await assert.rejects(noted, /gone/);
});

test('Whoever comes at the moment in which the last answer is taken is asked for as well', async () => {
  for (let late = 0; late < 8; late++) {
    const incomplete = new Incomplete(async () => new Map([[0, 1]]));
    const first = incomplete.note('first');
    for (let turn = 0; turn < late; turn++) await Promise.resolve();
    await Promise.all([first, incomplete.note('second')]);
    assert.deepEqual(incomplete.takePast(() => true).sort(), ['first', 'second'], `${late} turns later`);
  }
});
