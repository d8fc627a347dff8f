/**
 * `npm run test:faults`: breaks a real cluster of three brokers under numbered traffic, one fault after the other, and prints
 * what became of the records.
 *
 *     npm run test:faults -- [PART OF A ROW'S NAME ...] [--output FILE]
 *
 * Takes a quarter of an hour. Exit code 1 when anything was lost, doubled, out of order, or did not go on by itself. The rows
 * on a spoilt network need Toxiproxy, which is built once, by Go.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { openGround } from './ground.ts';
import { type Ended, faultReport, faultsOf, tableHead, tableLine } from './report.ts';
import { rows } from './rows.ts';
import { suffer } from './suffer.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { output: { type: 'string' } },
});
const chosen = rows.filter(
  ({ name }) => positionals.length === 0 || positionals.some((part) => name.includes(part)),
);
if (chosen.length === 0)
  throw new Error(`no row is called so; there are: ${rows.map(({ name }) => name).join('; ')}`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));

const ended: Ended[] = [];
const ground = await openGround(new Set(chosen.map(({ way }) => way)));
try {
  console.log(tableHead.join('\n'));
  for (const row of chosen) {
    const started = performance.now();
    const remarks: string[] = [];
    const say = (text: string) => {
      remarks.push(text);
      console.error(`${row.name}: ${text}`);
    };
    const { nodes, proxies, toxiproxy, bootstrap } = ground;
    const place = { nodes, proxies, toxiproxy, witness: bootstrap('direct'), bootstrap: bootstrap(row.way) };
    const result = await suffer(row, { ...place, say, partitions: 6, replicationFactor: 3 }).catch(
      (error: Error) => error,
    );
    const one = { row, result, seconds: (performance.now() - started) / 1000, remarks };
    ended.push(one);
    console.log(tableLine(one));
    if (faultsOf(one) !== '') console.error(`${row.name}: ${faultsOf(one)}`);
    // What a row has left undone must not spoil the next.
    await ground.restore();
  }
} finally {
  try {
    // What has been measured is kept, whatever became of the ground.
    if (values.output !== undefined) await writeFile(values.output, faultReport(ended));
  } finally {
    await ground.close();
  }
}
process.exitCode = ended.every((one) => faultsOf(one) === '') ? 0 : 1;
