/**
 * `npm run test:models -- MODEL ... [--seed S] [--runs N]`: looks further than `npm test` does through the models of these names (files of
 * `test/models`, all without a name), each from a seed: its own, which is told, where none is given.
 */
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { runsVariable, seedVariable } from './parameters.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string' }, runs: { type: 'string' } },
});
const end = '.test.ts';
const known = globSync(join(import.meta.dirname, `*${end}`)).map((file) => basename(file, end));
for (const name of positionals)
  if (!known.includes(name)) throw new Error(`${name} is none of ${known.toSorted().join(', ')}`);
const files = (positionals.length > 0 ? positionals : known).map((name) =>
  join(import.meta.dirname, name + end),
);
const seed = values.seed ?? String(randomInt(1_000_000));
console.log(`seed ${seed}`);
const child = spawn(process.execPath, ['--test', '--test-concurrency=1', ...files], {
  stdio: 'inherit',
  env: {
    ...process.env,
    [seedVariable]: seed,
    ...(values.runs !== undefined && { [runsVariable]: values.runs }),
  },
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
child.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
