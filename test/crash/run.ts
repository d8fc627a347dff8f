/**
 * `npm run test:crash`: random trees, operations, kills and faults by seed, until something is lost, or nothing is.
 *
 *     npm run test:crash -- [--seeds 50] [--first N] [--minutes M] [--at-once 2] [--seed S] [--no-points] [--place FOLDER]
 *
 * Without `--first` the first seed is another one each time, and is said. `--seed S` plays that one alone, and prints what it does.
 * Crash points come before the seeds: each is made fatal three times. Exit code 1 when a promise was not kept.
 */
import { parseArgs } from 'node:util';
import { Cleanup } from '../support/cleanup.ts';
import { killAtPoints } from './kill-at-points.ts';
import { makePlan } from './make-plan.ts';
import { type Plan, planText } from './plan.ts';
import { shrink } from './shrink.ts';
import { Theatres } from './theatre.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '50' },
    first: { type: 'string', default: String(Math.floor(Date.now() / 1000)) },
    seed: { type: 'string' },
    minutes: { type: 'string' },
    'at-once': { type: 'string', default: '2' },
    'no-points': { type: 'boolean', default: false },
    place: { type: 'string' },
  },
});
const started = performance.now();
const first = Number(values.seed ?? values.first);
const count = values.seed === undefined ? Number(values.seeds) : 1;
const atOnce = Number(values['at-once']);
let until =
  values.minutes === undefined ? Number.POSITIVE_INFINITY : started + Number(values.minutes) * 60_000;
/** Plans that are tried at the most to make a failing one shorter. */
const mostTries = 25;

const say = (text: string): void => console.error(`crash: ${text}`);
const owner = new Cleanup();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    if (until === 0) process.exit(130);
    say('ends with the seeds that are being played; a second signal ends at once');
    until = 0;
  });

const failing: number[] = [];
let [played, seconds, next] = [0, 0, first];

async function tell(theatres: Theatres, plan: Plan, violations: readonly string[]): Promise<void> {
  failing.push(plan.seed);
  console.log(
    `seed ${plan.seed} failed:\n${violations.map((text) => `    ${text}\n`).join('')}${planText(plan)}`,
  );
  if (performance.now() > until) return;
  const fails = async (shorter: Plan): Promise<boolean> =>
    (await theatres.play(shorter)).violations.length > 0;
  const shortest = await shrink(plan, { fails, most: mostTries });
  if (shortest === plan) console.log(`seed ${plan.seed} did not fail again, or only with all of its steps`);
  else console.log(`seed ${plan.seed} fails also like this:\n${planText(shortest)}`);
}

async function playSeeds(theatres: Theatres): Promise<void> {
  while (next < first + count && performance.now() < until) {
    const plan = makePlan(next++);
    if (values.seed !== undefined) console.log(planText(plan));
    const verdict = await theatres.play(plan);
    played++;
    seconds += verdict.seconds;
    if (verdict.violations.length > 0) await tell(theatres, plan, verdict.violations);
    if (played % 10 === 0) say(`${played} of ${count} seeds, ${failing.length} failed`);
  }
}

try {
  const theatres = await Theatres.open({ atOnce, owner, say, place: values.place });
  say(`seeds from ${first} on`);
  const isAlone = values.seed !== undefined;
  const faults =
    isAlone || values['no-points']
      ? []
      : await killAtPoints({
          bootstrapServers: theatres.bootstrapServers,
          folder: theatres.folder,
          say,
          atOnce,
          isOver: () => performance.now() > until,
        });
  for (const fault of faults) console.log(fault);
  await Promise.all(Array.from({ length: atOnce }, () => playSeeds(theatres)));
  const each = played === 0 ? 0 : seconds / played;
  const took = Math.round((performance.now() - started) / 1000);
  console.log(
    `${played} seeds from ${first} on, ${failing.length} failed${failing.length > 0 ? ` (${failing.join(', ')})` : ''}, ${faults.length} faults at crash points; ${each.toFixed(1)} s a seed, ${took} s in all`,
  );
  process.exitCode = failing.length + faults.length === 0 ? 0 : 1;
} finally {
  await owner.run();
}
