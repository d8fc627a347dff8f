/**
 * An hour of everything at once, on one real broker that is restarted every five minutes: nothing lost, nothing that grows.
 *
 *     npm run soak -- [--minutes 60] [--viewers 20] [--output FILE] [--note TEXT]
 *
 * Prints a line a minute, then the table; writes `bench/results/<date>-soak.md` and `.svg`. Exit code 1 where something is lost or grows.
 */
import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { machineFacts } from '../../test/support/machine.ts';
import { plot } from './plot.ts';
import { report } from './report.ts';
import { soak } from './soak.ts';

const date = new Date().toISOString().slice(0, 10);
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    viewers: { type: 'string', default: '20' },
    note: { type: 'string', default: '' },
    output: {
      type: 'string',
      default: fileURLToPath(new URL(`../results/${date}-soak.md`, import.meta.url)),
    },
  },
});
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());

const result = await soak({
  lasts: Number(values.minutes) * 60_000,
  viewers: Number(values.viewers),
  sampleEvery: 5000,
  collectEvery: 30_000,
  restartEvery: 300_000,
  small: { names: 300, size: 20_000, every: 400 },
  large: { names: 8, size: 8_000_000, every: 15_000 },
  signal: stop.signal,
  onProgress: (line) => console.error(line),
});
const picture = values.output.replace(/(\.md)?$/, '.svg');
const options = `20 kB every 0.4 s under 300 names and 8 MB every 15 s under 8, a picture of 320x180 at 15/s, ${values.viewers} viewers coming and going (two fifths LL-HLS, one fifth each HLS, WebSocket and fMP4); records are kept for 4 minutes. ${values.note}`;
const heading = { date, machine: machineFacts(), options: options.trim(), picture: basename(picture) };
const { page, isGood } = report(result, heading);
console.log(page);
await writeFile(values.output, page);
await writeFile(
  picture,
  plot(
    `Soak of ${date}: every figure over ${result.minutes.toFixed(0)} minutes; dashed: the broker restarts`,
    result.series,
    result.restarts,
  ),
);
process.exitCode = isGood ? 0 : 1;
