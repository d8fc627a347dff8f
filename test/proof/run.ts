/**
 * `npm run proof`: the claims of the first release at full scale, on real parts, as a table.
 *
 *     npm run proof -- [ROW ...] [--output FILE] [--scale 0.1] [--place DIR]
 *
 * Needs about 20 GB of disk below `--place` (default: the system's folder for temporary files) and half an hour.
 * Exit code 1 when a bar was missed.
 */
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import { type Proven, proofReport } from './report.ts';
import type { Finding, Row } from './row.ts';
import { rows } from './rows.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    output: { type: 'string' },
    scale: { type: 'string', default: '1' },
    place: { type: 'string', default: tmpdir() },
  },
});

const chosen = positionals.length === 0 ? rows : positionals.map(rowOf);
const scale = Number(values.scale);
if (!(scale > 0)) throw new Error(`--scale ${values.scale}: write a number above 0, e.g. 0.1`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));

const proven: Proven[] = [];
for (const row of chosen) {
  const started = performance.now();
  const say = (text: string): void => console.error(`${row.name}: ${text}`);
  say(row.claim);
  const finding = await row
    .run({ scale, place: values.place, say })
    .catch((error: Error): Finding => ({ passed: false, figures: 'failed', faults: error.stack ?? '' }));
  const seconds = (performance.now() - started) / 1000;
  say(`${finding.passed ? 'passed' : 'MISSED'} after ${Math.round(seconds)} s: ${finding.figures}`);
  proven.push({ row, finding, seconds });
}

const report = proofReport(proven, scale);
console.log(report);
if (values.output !== undefined) await writeFile(values.output, report);
process.exitCode = proven.every(({ finding }) => finding.passed) ? 0 : 1;

function rowOf(name: string): Row {
  const row = rows.find((one) => one.name === name);
  if (row !== undefined) return row;
  throw new Error(`there is no row "${name}"; there are ${rows.map((one) => one.name).join(', ')}`);
}
