/** Players that are programs: started as users start them, but for where their pictures go. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Owner } from '../../support/owner.ts';
import { runCommand } from '../../support/process.ts';
import type { Sight } from '../picture/sight.ts';
import { Y4mReader } from '../picture/y4m.ts';
import { missing, type Player, type Playing, type PlayOptions } from '../player.ts';
import { readBitmaps } from './bitmaps.ts';

export interface Program {
  readonly name: string;
  readonly address: Player['address'];
  readonly command: string;
  /** `pipe`: a named pipe for its pictures. */
  args(url: string, pipe: string): readonly string[];
  /** Where its pictures are: YUV4MPEG2 on its standard output or in a named pipe, or bitmaps of SDL in its folder. */
  readonly pictures: 'stdout' | 'pipe' | 'bitmaps';
  /** Its standard output goes to this one, whose pictures count. */
  readonly into?: { readonly command: string; readonly args: readonly string[] };
  /** As {@link Player.patience}. */
  readonly patience?: number;
  /** It does not play for root. */
  readonly refusesRoot?: boolean;
  /** What prints its version, and where it stands in that. */
  readonly versionArgs: readonly string[];
  readonly versionPattern: RegExp;
}

const nobody = 65_534;

export function programPlayer(program: Program): Player {
  return {
    name: program.name,
    group: 'programs',
    isFurther: program.name.includes('-'),
    address: program.address,
    ...(program.patience === undefined ? {} : { patience: program.patience }),
    version: () => versionOf(program),
    play: (options) => start(program, options),
  };
}

/** Another user where this one is root, and the program does not play for root. */
function userOf({ refusesRoot }: Program): { readonly uid?: number; readonly gid?: number } {
  return refusesRoot === true && process.geteuid?.() === 0 ? { uid: nobody, gid: nobody } : {};
}

async function versionOf(program: Program): Promise<string> {
  const { command, versionArgs, versionPattern, name } = program;
  let said: string;
  try {
    const { stdout } = await promisify(execFile)(command, versionArgs, { ...userOf(program), cwd: tmpdir() });
    said = stdout;
  } catch (error) {
    throw missing(name, error);
  }
  const found = versionPattern.exec(said)?.[1];
  if (found === undefined) throw new Error(`${command} does not say its version, but: ${said}`);
  return found;
}

/** A folder of its own for another user: those above this one's may be closed to him. */
async function folderOf(owner: Owner): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-player-'));
  owner.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

async function start(program: Program, options: PlayOptions): Promise<Playing> {
  const { command, pictures, into } = program;
  const { url, owner, onSight } = options;
  const user = userOf(program);
  const folder = user.uid === undefined ? options.folder : await folderOf(owner);
  const pipe = join(folder, 'pictures');
  const home = join(folder, 'home');
  await mkdir(home);
  if (user.uid !== undefined) for (const each of [folder, home]) await chown(each, nobody, nobody);
  const run = (name: string, args: readonly string[], stdin: 'ignore' | 'pipe'): ChildProcess => {
    const child = spawn(name, args, {
      cwd: folder,
      // Nobody's settings, no screen, no loudspeaker; where SDL shows something, it is written.
      env: { ...process.env, HOME: home, XDG_RUNTIME_DIR: home, ...silentSdl },
      stdio: [stdin, 'pipe', 'pipe'],
      ...user,
    });
    child.on('error', () => {});
    child.stdin?.on('error', () => {});
    owner.after(() => ended(child));
    return child;
  };
  const { promise: spoilt, resolve: broken } = Promise.withResolvers<string>();
  if (pictures === 'pipe') {
    await runCommand('mkfifo', ['-m', '666', pipe]);
    // Open for writing as well: it does not end when the player closes the pipe and opens it again.
    readY4m(run('sh', ['-c', 'exec cat <>"$0"', pipe], 'ignore'), onSight, broken);
  }
  if (pictures === 'bitmaps') readBitmaps(folder, owner, onSight);
  const player = run(command, program.args(url, pipe), 'ignore');
  if (into === undefined) {
    if (pictures === 'stdout') readY4m(player, onSight, broken);
    else player.stdout?.resume();
    return { ended: Promise.race([spoilt, lastWords([player])]) };
  }
  const shown = run(into.command, into.args, 'pipe');
  player.stdout?.pipe(shown.stdin!);
  readY4m(shown, onSight, broken);
  return { ended: Promise.race([spoilt, lastWords([player, shown])]) };
}

const silentSdl = {
  SDL_VIDEODRIVER: 'dummy',
  SDL_AUDIODRIVER: 'dummy',
  SDL_VIDEO_DUMMY_SAVE_FRAMES: '1',
};

function readY4m(
  child: ChildProcess,
  onSight: (sight: Sight) => void,
  onBroken: (words: string) => void,
): void {
  const reader = new Y4mReader(onSight);
  const take = (bytes: Buffer): void => {
    try {
      reader.push(bytes);
    } catch (error) {
      child.stdout?.off('data', take).resume();
      onBroken(String(error));
    }
  };
  child.stdout?.on('data', take);
}

/** Resolves when the first of them has ended. */
function lastWords(children: readonly ChildProcess[]): Promise<string> {
  let said = '';
  for (const child of children) {
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-2000);
    });
  }
  return Promise.race(
    children.map(
      (child) =>
        new Promise<string>((resolve) => {
          child.on('error', (error) => resolve(String(error)));
          child.on('close', (code, signal) =>
            resolve(
              `${signal ?? `exit code ${code}`}: ${
                said
                  .trim()
                  .split(/[\r\n]+/)
                  .at(-1) ?? ''
              }`,
            ),
          );
        }),
    ),
  );
}

/** Asks it to end, then makes it. */
async function ended(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => void child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const hard = setTimeout(() => child.kill('SIGKILL'), 1500);
  await gone;
  clearTimeout(hard);
}
