/**
 * `npm run bench:plan`: what `sluice topic plan` says, held to real runs. Linux, root: it takes a network of its own, to count what crosses it.
 *
 *     npm run bench:plan -- [--calibrate] [--rounds 3] [--only files|small|live] [--raw] [--output FILE]
 *
 * Sends and receives loads of files, and has viewers watch a stream, and compares processor time, records, and bytes on disk and network with the plan:
 * within 20 % each, or exit code 1. With `--calibrate` it runs other loads, and prints the constants that they come to (`src/plan/costs.ts`).
 */
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startBroker } from '../src/broker/broker.ts';
import { machineFacts } from '../test/support/machine.ts';
import { setStage } from './live/stage.ts';
import { inOwnNetwork } from './plan/alone.ts';
import { constantsOfFiles, constantsOfServer } from './plan/calibrate.ts';
import { bar, isNear, type Row, tableOf } from './plan/compare.ts';
import { type LiveRun, watch } from './plan/live.ts';
import { type Load, type Measured, move } from './plan/loads.ts';
import { rowsOfFiles, rowsOfLive } from './plan/rows.ts';
import { warmMemory } from './rounds.ts';

inOwnNetwork();
const { values } = parseArgs({
  options: {
    calibrate: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string' },
    raw: { type: 'boolean', default: false },
    output: { type: 'string' },
    place: { type: 'string', default: tmpdir() },
  },
});
const megabyte = 1_000_000;
const warm = 7e9;
const warmUp: Load = { name: 'warm-up', files: 100, size: 10 * megabyte };
const loads: readonly Load[] = values.calibrate
  ? [
      { name: 'one small file', files: 1, size: 1000 },
      { name: 'large', files: 150, size: 10 * megabyte },
      { name: 'small', files: 10_000, size: 4000 },
    ]
  : [
      { name: '2 GB in files of 30 MB', files: 67, size: 30 * megabyte },
      { name: '5,000 files of 12 kB', files: 5000, size: 12_000 },
    ];
const streams: readonly { readonly rate: string; readonly viewers: number }[] = values.calibrate
  ? [
      { rate: '600k', viewers: 200 },
      { rate: '4M', viewers: 60 },
    ]
  : [{ rate: '2M', viewers: 100 }];

/** `--only small`: of the loads of files, those of small ones. */
const chosen = loads.filter(({ size }) => values.only !== 'small' || size < megabyte);
const folder = await mkdtemp(join(values.place, 'sluice-plan-'));
const rows: Row[] = [];
const told: string[] = [];
try {
  if (values.only !== 'live') await files();
  if (values.only === undefined || values.only === 'live') await live();
} finally {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
const load = loadavg()
  .map((each) => each.toFixed(1))
  .join(', ');
const text = [
  `${machineFacts()}; load ${load} at the end; ${values.rounds} rounds, medians. SHA-256 of 1 GB takes ${yardstick().toFixed(2)} s of a core.`,
  ...told,
  ...(rows.length > 0 ? [tableOf(rows)] : []),
].join('\n\n');
console.log(text);
if (values.output !== undefined) await writeFile(values.output, `${text}\n`);
const far = rows.filter((row) => !isNear(row));
for (const { load: of, what } of far)
  console.error(`${of}: ${what} is further from the plan than ${bar * 100} %`);
process.exitCode = far.length === 0 ? 0 : 1;

async function files(): Promise<void> {
  const broker = await startBroker({
    dataDir: join(folder, 'kafka'),
    heapMegabytes: 1024,
    longRunning: true,
  });
  try {
    await move(broker, folder, 'warm-1', warmUp);
    await move(broker, folder, 'warm-2', warmUp);
    const measured = new Map<Load, Measured[]>(chosen.map((each) => [each, []]));
    for (let round = 0; round < Number(values.rounds); round += 1) {
      for (const [index, each] of chosen.entries()) {
        // A virtual machine pays for fresh memory, and whoever measures would pay with it.
        await warmMemory(join(folder, 'warm'), warm);
        measured.get(each)!.push(await move(broker, folder, `plan-${round}-${index}`, each));
      }
    }
    for (const [each, runs] of measured) if (values.raw) told.push(`${each.name}: ${JSON.stringify(runs)}`);
    if (values.calibrate) told.push(constantsOfFiles([...measured.entries()]));
    else for (const [each, runs] of measured) rows.push(...rowsOfFiles(each, runs));
  } finally {
    await broker.stop();
  }
}

async function live(): Promise<void> {
  const runs: LiveRun[] = [];
  for (const { rate, viewers } of streams) {
    const stage = await setStage({ publisher: ['--bitrate', rate, '--segment-target', '2s'] });
    try {
      for (const transport of ['ll-hls', 'websocket'] as const) {
        for (let round = 0; round < Number(values.rounds); round += 1) {
          const measured = await watch(stage, { transport, viewers, seconds: 15 });
          runs.push({ transport, viewers, measured });
          if (values.raw) told.push(`${viewers} viewers by ${transport}: ${JSON.stringify(measured)}`);
        }
      }
      const measured = await watch(stage, { transport: 'll-hls', viewers: 1, seconds: 15 });
      if (values.raw) told.push(`1 viewer: ${JSON.stringify(measured)}`);
      runs.push({ transport: 'll-hls', viewers: 1, measured });
    } finally {
      await stage.stop();
    }
  }
  if (values.calibrate) told.push(constantsOfServer(runs));
  else rows.push(...rowsOfLive(runs.filter(({ viewers }) => viewers > 1)));
}

/** What the machine's processor is, by something that everybody can measure: seconds of a core. */
function yardstick(): number {
  const megabytes = Buffer.alloc(1_000_000);
  const hash = createHash('sha256');
  const before = process.cpuUsage();
  for (let count = 0; count < 1000; count += 1) hash.update(megabytes);
  hash.digest();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
