/** This machine: programs that Sluice may need, and limits of the process. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Finding } from './finding.ts';

const execute = promisify(execFile);

/** How packages are installed here. */
function installing(debian: string, brew: string): string {
  return process.platform === 'darwin'
    ? `brew install ${brew}`
    : `on Debian or Ubuntu: apt-get install ${debian}`;
}

/** All checks of this machine. */
export async function examineMachine(): Promise<Finding[]> {
  const node: Finding = { check: 'Node.js', status: 'ok', message: process.versions.node };
  return [node, ...(await Promise.all([java(), maven(), ffmpeg(), openFiles()]))];
}

/** What a program prints about its version; undefined when it is not installed. */
async function output(program: string, ...words: string[]): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await execute(program, words, { timeout: 20_000 });
    return stdout + stderr;
  } catch {
    return undefined;
  }
}

async function java(): Promise<Finding> {
  return judgeJava(await output(javaProgram(), '-version'));
}

function javaProgram(): string {
  const home = process.env.JAVA_HOME;
  return home === undefined || home === '' ? 'java' : `${home}/bin/java`;
}

/** Judges what `java -version` printed. Pure. */
export function judgeJava(printed: string | undefined): Finding {
  const check = 'Java';
  const remedy = installing('openjdk-17-jre-headless', 'openjdk');
  if (printed === undefined) {
    return { check, status: 'note', message: 'not installed; only `sluice broker` needs it', remedy };
  }
  const version = /version "([^"]+)"/.exec(printed)?.[1] ?? 'of unknown version';
  if (Number.parseInt(version, 10) >= 17) return { check, status: 'ok', message: version };
  return {
    check,
    status: 'warning',
    message: `${version} is too old for \`sluice broker\`, which needs 17`,
    remedy,
  };
}

async function maven(): Promise<Finding> {
  const check = 'Maven';
  const printed = await output('mvn', '-version');
  const version = /Apache Maven ([\w.-]+)/.exec(printed ?? '')?.[1];
  if (version !== undefined) return { check, status: 'ok', message: version };
  const message = 'not installed; the first start of `sluice broker` fetches Kafka by it';
  return { check, status: 'note', message, remedy: installing('maven', 'maven') };
}

async function ffmpeg(): Promise<Finding> {
  const check = 'FFmpeg';
  const version = /^ffmpeg version (\S+)/.exec((await output('ffmpeg', '-version')) ?? '')?.[1];
  if (version !== undefined) return { check, status: 'ok', message: version };
  const message = 'not installed; only live video needs it';
  return { check, status: 'note', message, remedy: installing('ffmpeg', 'ffmpeg') };
}

async function openFiles(): Promise<Finding> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => undefined);
  const text = /^Max open files\s+(\S+)/m.exec(limits ?? '')?.[1] ?? (await output('sh', '-c', 'ulimit -n'));
  return judgeOpenFiles(text?.trim());
}

/** A downloader keeps a temporary file for each upload in flight, of hundreds of uploaders. */
const enoughOpenFiles = 4096;

/** Judges the limit of open files, a number or `unlimited`. Pure. */
export function judgeOpenFiles(limit: string | undefined): Finding {
  const check = 'Open files';
  if (limit === undefined) return { check, status: 'note', message: 'the limit cannot be read here' };
  const message = `at most ${limit}`;
  if (limit === 'unlimited' || Number(limit) >= enoughOpenFiles) return { check, status: 'ok', message };
  const remedy = `ulimit -n ${enoughOpenFiles}, or LimitNOFILE=${enoughOpenFiles} in a systemd unit`;
  return { check, status: 'warning', message: `${message}, few for a receiver of many uploaders`, remedy };
}
