/**
 * A poor line by hand (root; any number of them beside each other):
 *
 *     node bench/wan/link.ts up NAME [--rtt 80] [--rate 100] [--loss 0.5] [--queue MS] [--congestion cubic] [--minutes 60]
 *     node bench/wan/link.ts run NAME near|far COMMAND...      near is 10.99.0.1, far 10.99.0.2
 *     node bench/wan/link.ts cut NAME | mend NAME | down NAME
 *
 * Milliseconds, Mb/s, per cent. It is gone after `--minutes` at the latest. `run` passes on what the command prints and its exit code.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Congestion, startEmulator } from './emulator.ts';

/** What is noted of a link in a file, so that other processes find it. */
interface Note {
  readonly pid: number;
  readonly program: string;
  readonly places: Readonly<Record<string, number>>;
}

const usage =
  'usage: link.ts up NAME [--rtt MS] [--rate MBIT] [--loss PERCENT] [--queue MS] [--congestion cubic|bbr] [--minutes N] | run NAME near|far COMMAND... | cut|mend|down NAME';
const folder = join(tmpdir(), 'sluice-wan');
const noteOf = (name: string): string => join(folder, `${name}.json`);

/** Undefined where no such link is up: its emulator may have ended, and its process id be somebody else's. */
function find(name: string): Note | undefined {
  if (!existsSync(noteOf(name))) return undefined;
  const note = JSON.parse(readFileSync(noteOf(name), 'utf8')) as Note;
  const command = `/proc/${note.pid}/cmdline`;
  return existsSync(command) && readFileSync(command, 'utf8').startsWith(note.program) ? note : undefined;
}

function known(name: string): Note {
  const note = find(name);
  if (note === undefined) throw new Error(`no link "${name}" is up`);
  return note;
}

async function up(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      rtt: { type: 'string', default: '80' },
      rate: { type: 'string', default: '100' },
      loss: { type: 'string', default: '0.5' },
      queue: { type: 'string' },
      congestion: { type: 'string', default: 'cubic' },
      minutes: { type: 'string', default: '60' },
    },
  });
  const [name] = positionals;
  if (name === undefined) throw new Error(usage);
  if (find(name) !== undefined) throw new Error(`a link "${name}" is up already`);
  const line = { rtt: Number(values.rtt), rate: Number(values.rate), loss: Number(values.loss) };
  const { child, program, places } = await startEmulator(
    values.queue === undefined ? line : { ...line, queue: Number(values.queue) },
    values.congestion as Congestion,
    Math.ceil(Number(values.minutes) * 60),
  );
  await mkdir(folder, { recursive: true });
  await writeFile(noteOf(name), JSON.stringify({ pid: child.pid, program, places }));
  console.log(`"${name}" is up: near is 10.99.0.1, far 10.99.0.2; emulator ${child.pid}`);
  process.exit(0);
}

async function run([name = '', side = '', ...command]: readonly string[]): Promise<void> {
  const { pid, program, places } = known(name);
  if (command.length === 0 || places[side] === undefined) throw new Error(usage);
  const child = spawn(program, ['enter', String(pid), String(places[side]), ...command], {
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  const [code] = (await once(child, 'close')) as [number | null];
  process.exitCode = code ?? 1;
}

async function end(name: string): Promise<void> {
  const note = find(name);
  if (note !== undefined) process.kill(note.pid);
  await rm(noteOf(name), { force: true });
}

const [verb, ...rest] = process.argv.slice(2);
const [name = ''] = rest;
try {
  if (verb === 'up') await up(rest);
  else if (verb === 'run') await run(rest);
  else if (verb === 'cut') process.kill(known(name).pid, 'SIGUSR1');
  else if (verb === 'mend') process.kill(known(name).pid, 'SIGUSR2');
  else if (verb === 'down') await end(name);
  else throw new Error(usage);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
