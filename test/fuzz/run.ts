/**
 * `npm run fuzz -- [TARGET ...] [--count N] [--seed S] [--minutes M] [--case N]`: hostile input for all that reads what strangers
 * write, until it fails or enough was tried. A case that fails is told with its seed, made small, and written as a file that can be kept
 * in `corpus/`. Exit code 1 when anything failed.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { attend, type Report } from './attend.ts';
import { caseText } from './corpus.ts';
import { kindOf, minimise } from './minimise.ts';
import { targets } from './targets.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string', default: '100000' },
    seed: { type: 'string', default: randomUUID().slice(0, 8) },
    minutes: { type: 'string', default: '60' },
    case: { type: 'string' },
  },
});
const { seed } = values;
const only = values.case === undefined ? undefined : Number(values.case);
const names = positionals.length > 0 ? positionals : targets.map(({ name }) => name);
/** Tries until a failing case is small enough for people. */
const tries = 150;

for (const target of names) {
  const order = {
    target,
    seed,
    first: only ?? 0,
    count: only === undefined ? Number(values.count) : 1,
    lasts: Number(values.minutes) * 60_000,
  };
  const report = await attend(order);
  console.log(lineOf(target, report));
  if (report.failure === undefined) continue;
  process.exitCode = 1;
  const { number, faults, items } = report.failure;
  console.log(
    `${target}: case ${number} of seed ${seed} fails; npm run fuzz -- ${target} --seed ${seed} --case ${number}`,
  );
  for (const fault of faults) console.log(`  ${fault}`);
  const folder = mkdtempSync(join(tmpdir(), 'sluice-fuzz-'));
  const write = (name: string, kept: readonly unknown[]): string => {
    const file = join(folder, name);
    writeFileSync(file, caseText({ target, found: faults[0]?.split('\n')[0] ?? '', items: kept }));
    return file;
  };
  const small = await minimise(
    items,
    async (candidate) =>
      kindOf((await attend({ ...order, file: write('candidate.json', candidate) })).failure?.faults[0]) ===
      kindOf(faults[0]),
    tries,
  );
  const file = write(`${target}-${seed}-${number}.json`, small);
  console.log(
    `  of ${items.length} items ${small.length} are enough, ${file}:\n${caseText({ target, found: '', items: small }).slice(0, 4000)}`,
  );
}

function lineOf(name: string, { inputs, cases, seconds, peakMemory, unit, failure }: Report): string {
  const rate = Math.round(inputs / Math.max(seconds, 0.001));
  const memory = `${Math.round(peakMemory / 1e6)} MB at the most`;
  const end = failure === undefined ? 'no failure' : 'FAILED';
  return `${name}: ${inputs} ${unit} in ${cases} cases, ${Math.round(seconds)} s, ${rate}/s, ${memory}, seed ${seed}: ${end}`;
}
