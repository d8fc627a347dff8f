/** The local sockets by which running transfers say how they are: one for each process, in a folder that is its user's alone. */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { lstat, mkdir, readdir, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { baseFolder } from '../../machine.ts';

/** Bytes; longer paths are cut (sun_path), and what is left names another place. */
const longestPath = 103;
/** Milliseconds in which a process has to answer, and to be heard. */
const answerMs = 2000;
const mostBytes = 4 * 1024 * 1024;

/** Undefined on Windows, which has no such users. */
const user = process.getuid?.();

function folderOfUser(): string {
  const runtime = baseFolder('XDG_RUNTIME_DIR');
  return runtime === undefined ? join(tmpdir(), `sluice-${user}`) : join(runtime, 'sluice');
}

/** The folder, if it stands and nobody else can put anything there; whoever made it first may have been another user. */
async function ownFolder(): Promise<string | undefined> {
  const folder = folderOfUser();
  const look = await lstat(folder).catch(() => undefined);
  const isOurs = look?.isDirectory() && look.uid === user && (look.mode & 0o077) === 0;
  return isOurs ? folder : undefined;
}

/** Answers everybody who connects with `status`, as one line of JSON, until the function that it resolves with is called. Rejects where it cannot. */
export async function answerStatus(status: () => object): Promise<() => void> {
  // What stands above it is the system's.
  await mkdir(folderOfUser(), { mode: 0o700 }).catch(() => {});
  const folder = await ownFolder();
  if (folder === undefined) throw new Error(`${folderOfUser()} is not for this user alone`);
  const path = join(folder, `${process.pid}-${randomBytes(4).toString('hex')}.sock`);
  if (Buffer.byteLength(path) > longestPath) throw new Error(`${path} is too long for a socket`);
  const server = createServer((socket) => {
    socket.on('error', () => {});
    // Whoever takes nothing keeps neither memory nor this process.
    const timer = setTimeout(() => socket.destroy(), answerMs).unref();
    socket.unref().on('close', () => clearTimeout(timer));
    socket.end(`${JSON.stringify(status())}\n`);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  server.on('error', () => {});
  // It is no reason to go on.
  server.unref();
  const remove = (): void => rmSync(path, { force: true });
  process.once('exit', remove);
  return () => {
    process.off('exit', remove);
    server.close();
  };
}

export interface Answers {
  /** What those say that run here, in the order of their sockets' names. */
  readonly answers: readonly object[];
  /** Processes that take a question, and give no answer: somebody has stopped them, or they are very busy. */
  readonly silent: readonly number[];
}

/** Asks all that run here. Sockets of processes that are gone are removed. */
export async function askAll(patience = answerMs): Promise<Answers> {
  const folder = await ownFolder();
  if (folder === undefined) return { answers: [], silent: [] };
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sock'));
  const all = await Promise.all(names.sort().map((name) => askOne(folder, name, patience)));
  return {
    answers: all.filter((answer) => typeof answer === 'object'),
    silent: all.filter((answer) => typeof answer === 'number'),
  };
}

/** Its process, where that does not answer; undefined where there is none. */
async function askOne(folder: string, name: string, patience: number): Promise<object | number | undefined> {
  const path = join(folder, name);
  try {
    return JSON.parse(await textFrom(path, patience));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ECONNREFUSED') await rm(path, { force: true });
    return code === 'ETIMEDOUT' ? Number.parseInt(name, 10) : undefined;
  }
}

function textFrom(path: string, patience: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(path);
    const silence = Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' });
    socket.setEncoding('utf8').setTimeout(patience, () => socket.destroy(silence));
    socket.on('data', (piece: string) => {
      text += piece;
      if (text.length > mostBytes) socket.destroy(new Error('too much of an answer'));
    });
    socket.on('end', () => resolve(text));
    socket.on('error', reject);
  });
}
