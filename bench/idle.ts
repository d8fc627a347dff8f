/**
 * `npm run bench:idle`: what an uploader takes that has sent 1,000 files and watches them.
 *
 *     npm run bench:idle -- [--minutes 10] [--files 1000] [--beside COMMAND]
 *
 * Each command (`dist/cli/main.js`, and what is named behind --beside: an older one, an executable) watches a folder of its own on one
 * broker, at the same time. From half a minute on it is looked at every second: memory by Linux's own figures, processor time. What is
 * `file-backed` is the text of Node.js and its like, which the system shares between processes and drops when it needs memory.
 * Exit code 1 where the first takes more than the bars of processor time.
 */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startBroker } from '../src/broker/broker.ts';
import { machineFacts } from '../test/support/machine.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    files: { type: 'string', default: '1000' },
    beside: { type: 'string', multiple: true, default: [] },
  },
});
const [minutes, files] = [Number(values.minutes), Number(values.files)];
if (!(minutes > 0 && files >= 1)) throw new Error('--minutes and --files are to be numbers above nothing');
/** Seconds until all is sent and settled. */
const settled = 30;
/** Percent of one processor. */
const most = 0.5;

interface Look {
  readonly resident: number;
  readonly own: number;
  readonly fileBacked: number;
  /** Seconds of processor time so far. */
  readonly cpu: number;
}

async function look(pid: number): Promise<Look> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const megabytes = (name: string): number =>
    (Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) * 1024) / 1e6;
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
  return {
    resident: megabytes('VmRSS'),
    own: megabytes('RssAnon'),
    fileBacked: megabytes('RssFile'),
    cpu: (Number(fields[11]) + Number(fields[12])) / 100,
  };
}

async function watched(command: string, folder: string, bootstrapServers: string): Promise<string> {
  await mkdir(folder);
  for (let at = 0; at < files; at += 1) await writeFile(join(folder, `file-${at}`), `this is number ${at}`);
  const name = folder.slice(-1);
  const args = ['upload', '--from', folder, '--topic', 'idle', '--name', `idle-${name}`];
  const [program, first] = command.endsWith('.js') ? [process.execPath, [command]] : [command, []];
  const all = [...first, ...args, '--bootstrap-servers', bootstrapServers, '--quiet'];
  const child = spawn(program, all, { stdio: ['ignore', 'ignore', 'inherit'] });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} cannot be started`);
  try {
    await setTimeout(settled * 1000);
    const looks: Look[] = [];
    for (let second = 0; second <= minutes * 60; second += 1) {
      looks.push(await look(pid));
      await setTimeout(1000);
    }
    const column = (key: keyof Look): number[] => looks.map((one) => one[key]).sort((a, b) => a - b);
    const [resident, own, fileBacked, cpu] = (['resident', 'own', 'fileBacked', 'cpu'] as const).map(column);
    const median = (of: number[] = []): string => (of[of.length >> 1] ?? Number.NaN).toFixed(0);
    const percent = (((cpu?.at(-1) ?? Number.NaN) - (cpu?.[0] ?? Number.NaN)) / (minutes * 60)) * 100;
    if (name === '0' && !(percent <= most)) process.exitCode = 1;
    return `| ${command} | ${median(resident)} (most: ${resident?.at(-1)?.toFixed(0)}) | ${median(own)} | ${median(fileBacked)} | ${percent.toFixed(2)} % |`;
  } finally {
    child.kill();
  }
}

const place = await mkdtemp(join(await realpath(tmpdir()), 'sluice-idle-'));
try {
  const broker = await startBroker({ dataDir: join(place, 'kafka') });
  try {
    const commands = [fileURLToPath(new URL('../dist/cli/main.js', import.meta.url)), ...values.beside];
    const rows = await Promise.all(
      commands.map((command, at) => watched(command, join(place, `source-${at}`), broker.bootstrapServers)),
    );
    console.log(
      [
        `${files} files sent and watched for ${minutes} minutes; medians of each second, MB.`,
        machineFacts(),
        '',
        '| command | resident | its own | file-backed | processor time |',
        '|---|---|---|---|---|',
        ...rows,
      ].join('\n'),
    );
  } finally {
    await broker.stop();
  }
} finally {
  await rm(place, { recursive: true, force: true, maxRetries: 5 });
}
