/** What may notice a defect: a seeker with its seed, or a test. Run in a copy of the project, within a time. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a run of a finder came to. */
export interface Finding {
  readonly isFound: boolean;
  /** The first line that says how, or the time that it took too long for. */
  readonly how: string;
  readonly seconds: number;
}

export interface FinderOptions {
  /** Of the project's copy. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** Milliseconds; what takes longer hangs, and has been found by that. */
  readonly most: number;
}

/** The program and its arguments: `SCRIPT ARGUMENTS` as npm would run it, `FILE`, or `FILE > NAME`. Throws for what is none of them. */
export function commandOf(finder: string, folder: string): readonly string[] {
  const [file = '', name] = finder.split(' > ');
  if (file.endsWith('.test.ts')) {
    const only = name === undefined ? [] : [`--test-name-pattern=^${escaped(name)}$`];
    return ['--test', '--test-timeout=120000', '--test-reporter=tap', ...only, file];
  }
  const [script = '', ...args] = finder.split(' ');
  const { scripts } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    scripts: Readonly<Record<string, string>>;
  };
  const program = /\bnode (\S+\.ts)$/.exec(scripts[script] ?? '')?.[1];
  if (program === undefined) throw new Error(`${finder}: neither a test file nor an npm script of ours`);
  return [program, ...args];
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}

export async function runFinder(finder: string, { folder, env, most }: FinderOptions): Promise<Finding> {
  const began = performance.now();
  const child = spawn(process.execPath, commandOf(finder, folder), {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that all of it can be ended.
    detached: true,
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-400_000);
    });
  let isLate = false;
  const end = (signal: NodeJS.Signals): void => {
    try {
      process.kill(-child.pid!, signal);
    } catch {
      // It has ended meanwhile.
    }
  };
  const timer = setTimeout(() => {
    isLate = true;
    // What it started is ended by itself, where it can.
    end('SIGTERM');
    setTimeout(() => end('SIGKILL'), 5000).unref();
  }, most);
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  clearTimeout(timer);
  const seconds = (performance.now() - began) / 1000;
  if (isLate) return { isFound: true, how: `no end within ${Math.round(most / 1000)} s`, seconds };
  return { isFound: code !== 0, how: code === 0 ? '' : firstFault(said), seconds };
}

/** The first line that names a fault, of what seekers and tests print. */
export function firstFault(said: string): string {
  const lines = said.split('\n');
  const seed = lines.findIndex((line) => /^seed \S+ failed|: case \d+ of seed/.test(line));
  if (seed !== -1) return `${lines[seed]} ${lines[seed + 1] ?? ''}`.replace(/\s+/g, ' ').trim();
  // Of nested tests the innermost comes first, and all around it fail with it.
  const test = lines
    .filter((line) => /^\s*not ok /.test(line))
    .map((line) => line.trim().replace(/^not ok \d+ - /, ''));
  if (test.length > 0) return [...new Set([test[0], test.at(-1)])].toReversed().join(': ');
  const told = lines.filter((line) => line.trim() !== '');
  return (told.findLast((line) => /lost|wrong|fail|Error/i.test(line)) ?? told.at(-1) ?? 'it said nothing')
    .trim()
    .slice(0, 300);
}
