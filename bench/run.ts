/**
 * `npm run bench`: Sluice beside what people take instead, all in one go and in turn.
 *
 *     npm run bench -- [GROUP ...] [--rounds 5] [--scale 1] [--warm 6 | --cold] [--output FILE] [--place DIR]
 *
 * Prints the tables and writes them to `bench/results/<date>.md`, or `<date>-cold.md`. `--warm`: GB that are written and removed before each
 * run, so that no contender waits for the host of a virtual machine to give memory; `--cold`: none. Needs 16 GB of disk below `--place`, for `growth` 45.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { machineFacts } from '../test/support/machine.ts';
import type { Group } from './contender.ts';
import { type Ground, onGround } from './ground.ts';
import { encrypted } from './groups/encrypted.ts';
import { growth, growthInFiles } from './groups/growth.ts';
import { oneFile } from './groups/one-file.ts';
import { latency, raw } from './groups/raw.ts';
import { smallFiles } from './groups/small-files.ts';
import { fileToBucket, smallFilesToBucket } from './groups/to-bucket.ts';
import { groupReport, latencyReport, pageReport } from './report.ts';
import { runRounds } from './rounds.ts';
import { toolFacts } from './tools.ts';

/** A group's name -> how it is made. New comparisons are added here. */
const groups: Readonly<Record<string, (ground: Ground, scale: number) => Promise<Group>>> = {
  'one-file': oneFile,
  encrypted,
  'small-files': smallFiles,
  'raw-produce': (ground, scale) => raw('produce', ground, scale),
  'raw-fetch': (ground, scale) => raw('fetch', ground, scale),
  latency,
  growth,
  'growth-in-files': growthInFiles,
  'small-to-bucket': smallFilesToBucket,
  'file-to-bucket': fileToBucket,
};

const date = new Date().toISOString().slice(0, 10);
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    scale: { type: 'string', default: '1' },
    warm: { type: 'string', default: '6' },
    cold: { type: 'boolean', default: false },
    output: { type: 'string' },
    place: { type: 'string', default: tmpdir() },
  },
});
const rounds = Number(values.rounds);
const scale = Number(values.scale);
const warm = values.cold ? 0 : Number(values.warm) * 1e9;
const output =
  values.output ?? fileURLToPath(new URL(`results/${date}${values.cold ? '-cold' : ''}.md`, import.meta.url));
if (!(warm >= 0)) throw new Error('--warm is a number of GB');
if (!(rounds >= 1 && scale > 0)) throw new Error('--rounds is to be at least 1, --scale more than 0');
const chosen = positionals.length === 0 ? Object.keys(groups) : positionals;
const unknown = chosen.find((name) => groups[name] === undefined);
if (unknown !== undefined)
  throw new Error(`there is no group "${unknown}"; there are ${Object.keys(groups)}`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));

const page = await onGround(values.place, async (ground) => {
  const tables: string[] = [];
  for (const name of chosen) {
    const group = await groups[name]!(ground, scale);
    console.error(group.title);
    const report = group.name === 'latency' ? latencyReport : groupReport;
    const say = (text: string): void => console.error(text);
    tables.push(report(group, await runRounds(group, { rounds, warm, folder: ground.folder, say })));
  }
  return pageReport({ date, machine: `${machineFacts()}; ${toolFacts()}`, rounds, warmed: warm }, tables);
});
console.log(page);
await mkdir(dirname(output), { recursive: true });
await writeFile(output, page);
