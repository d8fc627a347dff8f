/**
 * A process that tries mutants, one after the other. Source is handed to Node as it would be with the mutant in it (no file is
 * written), and under another name each time, so that every mutant meets modules that nothing has touched.
 */
import { readFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { forgetNoted, runNoted } from './harness.ts';
import { applied, type Mutant } from './mutant.ts';
import type { Begun, Trial, Verdict } from './trial.ts';

const root = new URL('../../', import.meta.url).href;
const own = new URL('./', import.meta.url).href;
/** What stands for packages. */
const standIns: ReadonlyMap<string, string> = new Map([
  ['node:test', new URL('./harness.ts', import.meta.url).href],
  ['fast-check', new URL('./fewer-runs.ts', import.meta.url).href],
]);
const mark = '?trial=';

let trial = 0;
let mutant: Mutant | undefined;
const plain = new Map<string, string>();

/** True of what may be mutated or depends on it. */
function isTried(url: string): boolean {
  if (!url.startsWith(root) || url.includes('/node_modules/') || !url.endsWith('.ts')) return false;
  return !url.startsWith(own) || url.startsWith(`${own}fixture/`);
}

function sourceOf(url: string): string {
  const path = fileURLToPath(url);
  if (mutant !== undefined && url === new URL(mutant.path, root).href)
    return stripTypeScriptTypes(applied(mutant, readFileSync(path, 'utf8')));
  const known = plain.get(url);
  if (known !== undefined) return known;
  const source = stripTypeScriptTypes(readFileSync(path, 'utf8'));
  plain.set(url, source);
  return source;
}

registerHooks({
  resolve(specifier, context, next) {
    const place = context.parentURL?.split(mark);
    const standIn = place?.[1] === undefined ? undefined : standIns.get(specifier);
    if (standIn !== undefined) return { url: standIn, shortCircuit: true };
    const found = next(specifier, { ...context, parentURL: place?.[0] });
    return place?.[1] !== undefined && isTried(found.url)
      ? { ...found, url: `${found.url}${mark}${place[1]}` }
      : found;
  },
  load(url, context, next) {
    const [place, number] = url.split(mark);
    if (number === undefined) return next(url, context);
    return { format: 'module', source: sourceOf(place!), shortCircuit: true };
  },
});

let stray: unknown;
for (const event of ['uncaughtException', 'unhandledRejection'] as const)
  process.on(event, (error) => {
    stray ??= error;
  });

async function tryOut({ mutant: wanted, tests }: Trial): Promise<Verdict> {
  trial += 1;
  mutant = wanted;
  stray = undefined;
  const times: [string, number][] = [];
  const verdict = (killedBy: string | undefined, error: unknown, isStray = false): Verdict => {
    return { killedBy, isStray, times, error: error instanceof Error ? String(error.stack) : String(error) };
  };
  for (const file of tests) {
    process.send!({ begun: file } satisfies Begun);
    const began = performance.now();
    try {
      await import(`${pathToFileURL(fileURLToPath(new URL(file, root))).href}${mark}${trial}`);
    } catch (error) {
      forgetNoted();
      return verdict(`${file} does not load`, error);
    }
    const failure = await runNoted();
    times.push([file, performance.now() - began]);
    if (failure !== undefined) return verdict(failure.name, failure.error);
    await new Promise(setImmediate);
    if (stray !== undefined) return verdict(`${file}, later`, stray, true);
  }
  return verdict(undefined, undefined);
}

process.on('message', (asked: Trial) => void tryOut(asked).then((answer) => process.send!(answer)));
process.send!('ready');
