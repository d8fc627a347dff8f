/** Senders of live video for tests: FFmpeg as people use it, and `sluice ingest` that takes what they send. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Owner } from './owner.ts';
import { runSluice } from './sluice.ts';
import { type FollowedSluice, followSluice, type JsonEvent } from './sluice-events.ts';

/** What a sender has said, and how it ended. */
export interface EndedSender {
  readonly code: number | null;
  readonly stderr: string;
}

export interface Sender {
  readonly child: ChildProcess;
  readonly ended: Promise<EndedSender>;
  /** As Ctrl-C does: it says goodbye. */
  stop(): Promise<EndedSender>;
  /** As a cut line does. */
  kill(): Promise<EndedSender>;
}

/** A picture and a tone, encoded for senders, with a keyframe every half second. */
export const sentPicture = ['-f', 'lavfi', '-i', 'testsrc2=size=160x90:rate=30'];
export const sentTone = ['-f', 'lavfi', '-i', 'sine=sample_rate=48000'];
const video = [
  '-c:v',
  'libx264',
  '-preset',
  'ultrafast',
  '-g',
  '15',
  '-keyint_min',
  '15',
  '-b:v',
  '100k',
  '-pix_fmt',
  'yuv420p',
];
const audio = ['-c:a', 'aac', '-b:a', '64k'];

/** FFmpeg that sends to an address in real time, until it is ended. `args` take the place of picture and tone, encoded. */
export function startSender(
  t: Owner,
  url: string,
  args: readonly string[] = [...sentPicture, ...sentTone, ...video, ...audio],
): Sender {
  const format = url.startsWith('srt:') ? 'mpegts' : 'flv';
  const child = spawn('ffmpeg', ['-nostdin', '-v', 'error', '-re', ...args, '-f', format, url], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = (async (): Promise<EndedSender> => {
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, stderr };
  })();
  const end = (signal: NodeJS.Signals) => (): Promise<EndedSender> => {
    child.kill(signal);
    return ended;
  };
  t.after(end('SIGKILL'));
  return { child, ended, stop: end('SIGINT'), kill: end('SIGKILL') };
}

export interface StartedIngest {
  readonly run: FollowedSluice;
  /** By protocol. */
  readonly port: (protocol: string) => Promise<number>;
  /** An event of a stream. */
  readonly of: (stream: string, matches: (event: JsonEvent) => boolean, what: string) => Promise<JsonEvent>;
}

const small = ['--size', '160x90', '--bitrate', '100k', '--preset', 'ultrafast', '--segment-target', '1s'];

/** `sluice ingest` with small pictures, on a port that is free; it does not outlive the test. */
export function startIngest(
  t: Owner,
  bootstrapServers: string,
  topic: string,
  args: readonly string[] = [],
): StartedIngest {
  const common = ['ingest', '--bootstrap-servers', bootstrapServers, '--topic', topic, '--host', '127.0.0.1'];
  const run = followSluice([...common, '--rtmp-port', '0', ...small, ...args]);
  t.after(() => run.kill());
  return {
    run,
    async port(protocol) {
      const isIt = (event: JsonEvent) => event.type === 'listening' && event.protocol === protocol;
      return Number((await run.event(isIt, `it listens for ${protocol}`)).port);
    },
    of: (stream, matches, what) => run.event((event) => event.stream === stream && matches(event), what),
  };
}

/** A new key for streams of a topic. */
export async function addKey(bootstrapServers: string, topic: string, stream: string): Promise<string> {
  const args = ['ingest', 'key', 'add', '--bootstrap-servers', bootstrapServers, '--topic', topic];
  const { stdout } = await runSluice([...args, '--stream', stream, '--json']);
  return String((JSON.parse(String(stdout)) as JsonEvent).key);
}

/** Takes back the keys that were made for streams of a topic. */
export async function removeKeys(bootstrapServers: string, topic: string, stream: string): Promise<void> {
  const args = ['ingest', 'key', 'remove', '--bootstrap-servers', bootstrapServers, '--topic', topic];
  const { code, stderr } = await runSluice([...args, '--stream', stream]);
  if (code !== 0) throw new Error(stderr);
}
