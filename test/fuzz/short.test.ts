/** A little of everything that is fuzzed, by fixed seeds, and all cases that ever failed. `npm run fuzz` goes on from here. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { readCorpus } from './corpus.ts';
import { faultsOf, fuzz } from './fuzz.ts';
import type { Target } from './target.ts';
import { targetNamed, targets } from './targets.ts';

const opened = new Map<string, Target>();
after(() => Promise.all([...opened.values()].map((target) => target.close())));

async function open(name: string): Promise<Target> {
  const target = opened.get(name) ?? (await targetNamed(name).open());
  opened.set(name, target);
  return target;
}

const seed = '1';

for (const { name } of targets) {
  test(`Hostile input does no harm to ${name}`, async () => {
    const target = await open(name);
    const { failure, inputs } = await fuzz(target, { seed, count: target.short });
    const replay = `npm run fuzz -- ${name} --seed ${seed} --case ${failure?.number}`;
    assert.deepEqual(failure?.faults.slice(0, 5) ?? [], [], replay);
    assert.ok(inputs >= target.short);
  });
}

for (const [file, { target: name, found, items }] of readCorpus()) {
  test(`What once failed does not come back: ${file}, ${found}`, async () => {
    assert.deepEqual(await faultsOf(await open(name), items), []);
  });
}
