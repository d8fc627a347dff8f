/**
 * `npm run bench:wan`: Sluice beside what people take instead, over poor lines (Linux, root).
 *
 *     npm run bench:wan -- [ROW ...] [--sweep] [--rounds 3] [--full] [--size ROW=NUMBER] [--line ROW=RTT,MBIT,LOSS]
 *         [--cuts 3] [--cut-seconds 10] [--congestion cubic|bbr] [--only WORDS] [--upload='FLAGS'] [--download='FLAGS']
 *         [--also NAME=EXECUTABLE] [--server-property NAME=VALUE] [--note TEXT] [--output FILE] [--place DIR]
 *
 * Without a row and without `--sweep`: all rows. Sizes are small by default, so that scp takes a minute at most; `--full` takes those
 * of the quoted figures, ten cuts of 30 s. `--only scp,sluice` leaves out contenders without one of the words in their names; `--also` adds another build,
 * e.g. the one before a change; `--server-property` sets what the broker is to have otherwise. Writes `bench/results/<date>-wan.md` and `.svg`.
 */
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { machineFacts } from '../../test/support/machine.ts';
import { toolFacts } from '../tools.ts';
import type { Chart, Row } from './contender.ts';
import type { Congestion, Line } from './emulator.ts';
import { type Ground, onLine } from './ground.ts';
import { plot } from './plot.ts';
import { pageReport } from './report.ts';
import { type RowPlan, rowPlans, type Sizes } from './rows.ts';
import type { Build } from './sluice.ts';
import { sweep, sweepSizes } from './sweep.ts';
import { type Outcome, takeTurns } from './turns.ts';

const date = new Date().toISOString().slice(0, 10);
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sweep: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '3' },
    full: { type: 'boolean', default: false },
    size: { type: 'string', multiple: true, default: [] },
    line: { type: 'string', multiple: true, default: [] },
    cuts: { type: 'string' },
    'cut-seconds': { type: 'string' },
    congestion: { type: 'string', default: 'cubic' },
    only: { type: 'string', default: '' },
    upload: { type: 'string', default: '' },
    download: { type: 'string', default: '' },
    also: { type: 'string', multiple: true, default: [] },
    'server-property': { type: 'string', multiple: true, default: [] },
    note: { type: 'string', default: '' },
    output: { type: 'string', default: fileURLToPath(new URL(`../results/${date}-wan.md`, import.meta.url)) },
    place: { type: 'string', default: tmpdir() },
  },
});

const rounds = Number(values.rounds);
const chosen = positionals.length > 0 ? positionals : values.sweep ? [] : Object.keys(rowPlans);
const unknown = chosen.find((name) => rowPlans[name] === undefined);
if (unknown !== undefined)
  throw new Error(`there is no row "${unknown}"; there are ${Object.keys(rowPlans)}`);
if (!(rounds >= 1)) throw new Error('--rounds is to be at least 1');

/** `NAME=VALUE` -> `[NAME, VALUE]`. */
function pair(text: string): [string, string] {
  const at = text.indexOf('=');
  return [text.slice(0, at), text.slice(at + 1)];
}
const sizes = new Map(values.size.map(pair));
const lines = new Map(values.line.map(pair));
const words = (text: string): string[] => text.split(' ').filter(Boolean);

/** What is published, not the source: Node need not take the types out of it first. */
const own = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const flags = { upload: words(values.upload), download: words(values.download) };
const builds: readonly Build[] = [
  { name: 'sluice', executable: own, ...flags },
  ...values.also.map((text): Build => {
    const [name, executable] = pair(text);
    return { name: `sluice (${name})`, executable, upload: [], download: [] };
  }),
];

function sizeOf(name: string, { usual, full }: Sizes): number {
  return Number(sizes.get(name) ?? (values.full ? full : usual));
}

function lineOf(name: string, { line }: RowPlan): Line {
  const given = lines.get(name);
  if (given === undefined) return line;
  const [rtt, rate, loss] = given.split(',').map(Number);
  return { rtt: rtt!, rate: rate!, loss: loss! };
}

function withOnly(row: Row): Row {
  const wanted = values.only.split(',');
  return {
    ...row,
    contenders: row.contenders.filter(({ name }) => wanted.some((word) => name.includes(word))),
  };
}

const cuts = {
  times: Number(values.cuts ?? (values.full ? 10 : 3)),
  lasts: Number(values['cut-seconds'] ?? (values.full ? 30 : 10)) * 1000,
  between: 3000,
};
const say = (text: string): void => console.error(text);
const outcomes: Outcome[] = [];
const charts: Chart[] = [];
const picture = values.output.replace(/(\.md)?$/, '.svg');

/** After each row, so that what was measured stands even when the rest does not come to its end. */
async function write(): Promise<string> {
  const { congestion, note } = values;
  // Where things stand on this machine is nobody's business.
  const given = process.argv.slice(2).map((word) => word.replace(/\/.*/, '…'));
  const options = ['npm run bench:wan --', ...given].join(' ');
  const heading = {
    date,
    machine: `${machineFacts()}; ${toolFacts()}`,
    rounds,
    congestion,
    options,
    picture: basename(picture),
  };
  const page = pageReport(heading, outcomes, charts) + (note === '' ? '' : `\n${note}\n`);
  await writeFile(values.output, page);
  await writeFile(picture, plot(`Over poor lines, ${date}, ${congestion}`, outcomes, charts));
  return page;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));

const measure = async (ground: Ground): Promise<void> => {
  for (const name of chosen) {
    const plan = rowPlans[name]!;
    const size = sizeOf(name, plan.sizes);
    const line = lineOf(name, plan);
    const row = withOnly(await plan.make(ground, name, { line, size, cuts, builds }));
    say(row.title);
    outcomes.push(await takeTurns(row, rounds, () => ground.link.set(line), say));
    await write();
  }
  if (values.sweep) {
    const size = sizeOf('sweep', sweepSizes);
    charts.push(...(await sweep(ground, builds, size, rounds, say)));
  }
};

await onLine(values.place, values.congestion as Congestion, measure, values['server-property']);
console.log(await write());
