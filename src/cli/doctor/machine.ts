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
  const [version, encoders, probe] = await Promise.all([
    output('ffmpeg', '-version'),
    output('ffmpeg', '-hide_banner', '-encoders'),
    output('ffprobe', '-version'),
  ]);
  return judgeFfmpeg({ version, encoders, probe });
}

/** What FFmpeg printed; undefined where it is not installed. */
export interface FfmpegAnswers {
  /** Of `ffmpeg -version`. */
  readonly version?: string | undefined;
  /** Of `ffmpeg -encoders`. */
  readonly encoders?: string | undefined;
  /** Of `ffprobe -version`. */
  readonly probe?: string | undefined;
}

/** The oldest FFmpeg that knows all our options (`-fps_mode`). */
const oldestFfmpeg = [5, 1] as const;

/** Judges whether live video can be encoded. Pure. */
export function judgeFfmpeg({ version: printed, encoders, probe }: FfmpegAnswers): Finding {
  const check = 'FFmpeg';
  const remedy = installing('ffmpeg', 'ffmpeg');
  const version = /^ffmpeg version (\S+)/.exec(printed ?? '')?.[1];
  if (version === undefined) {
    return { check, status: 'note', message: 'not installed; only live video needs it', remedy };
  }
  // Builds from its repository are named by a commit, N-..., and are newer than any release that we care about.
  const [major = 0, minor = 0] = (/^n?(\d+(?:\.\d+)?)/.exec(version)?.[1] ?? '').split('.').map(Number);
  const isOld =
    major > 0 && (major < oldestFfmpeg[0] || (major === oldestFfmpeg[0] && minor < oldestFfmpeg[1]));
  if (isOld) {
    const message = `${version} is too old for live video, which needs ${oldestFfmpeg.join('.')}`;
    return { check, status: 'warning', message, remedy };
  }
  const missing = ['libx264', 'aac'].filter(
    (name) => !new RegExp(`^ \\S+ ${name} `, 'm').test(encoders ?? ''),
  );
  if (missing.length > 0) {
    const message = `${version}, without ${missing.join(' and ')}, which live video is encoded by`;
    return {
      check,
      status: 'warning',
      message,
      remedy: `${remedy} (with libx264), or publish with other codecs`,
    };
  }
  if (probe === undefined) {
    const message = `${version}, without ffprobe, which looks at files before they are published`;
    return { check, status: 'warning', message, remedy };
  }
  return { check, status: 'ok', message: `${version}, with libx264 and aac` };
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
