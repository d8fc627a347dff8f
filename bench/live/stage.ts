/** Everything that stands between the camera and the screen, as processes of their own: broker, camera, publisher, server. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startBroker } from '../../src/broker/broker.ts';
import { freePort } from '../../src/broker/ports.ts';
import { waitFor } from '../../test/support/wait.ts';
import { height, width } from './barcode.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const camera = fileURLToPath(new URL('camera.ts', import.meta.url));
const host = '127.0.0.1';

export interface LiveStage {
  /** Of the server, without a slash at its end. */
  readonly url: string;
  /** Of its Kafka. */
  readonly bootstrapServers: string;
  /** By name: what its processes have used, in seconds of a core. */
  cpuSeconds(): Readonly<Record<string, number>>;
  stop(): Promise<void>;
}

/** What the publisher is told, beside where and what: `--chunks frame`, ... */
export interface StageOptions {
  readonly publisher: readonly string[];
}

/** The stream's name. */
export const streamName = 'camera';

/** Starts it all, and resolves once the server has some seconds to show. */
export async function setStage({ publisher: options }: StageOptions): Promise<LiveStage> {
  const broker = await startBroker({ longRunning: true });
  const kafka = ['--bootstrap-servers', broker.bootstrapServers];
  const children = new Map<string, ChildProcess>();
  const stop = async (): Promise<void> => {
    for (const child of [...children.values()].toReversed()) await end(child);
    await broker.stop();
  };
  try {
    const publisher = spawn(
      process.execPath,
      [
        ...[main, 'live', 'publish', ...kafka, '--log-level', 'error', '--stream', streamName],
        ...['--input', '-', '--input-options', '-f matroska'],
        ...['--size', `${width}x${height}`, '--bitrate', '1M', '--rate', '30', '--segment-target', '1s'],
        ...options,
      ],
      { stdio: ['pipe', 'ignore', 'inherit'] },
    );
    children.set('publisher', publisher);
    // The camera writes into the publisher's own pipe: nothing stands between them.
    children.set(
      'camera',
      spawn(process.execPath, [camera], { stdio: ['ignore', publisher.stdin!, 'inherit'] }),
    );
    publisher.stdin!.destroy();
    const port = await freePort(host, new Set());
    const server = spawn(
      process.execPath,
      [main, 'serve', ...kafka, '--log-level', 'error', '--port', String(port)],
      {
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
    children.set('server', server);
    const url = `http://${host}:${port}`;
    await waitFor(
      async () => {
        if (server.exitCode !== null || publisher.exitCode !== null) throw new Error('it has ended');
        const { streams } = (await (await fetch(`${url}/api/streams`)).json()) as {
          streams: { recorded?: { from: number; to: number } }[];
        };
        const recorded = streams[0]?.recorded;
        return recorded !== undefined && recorded.to - recorded.from > 5000;
      },
      { what: 'a stream', timeout: 60_000 },
    );
    return {
      url,
      bootstrapServers: broker.bootstrapServers,
      cpuSeconds: () =>
        Object.fromEntries(
          [...children].map(([name, { pid }]) => [name, pid === undefined ? 0 : cpuOf(pid)]),
        ),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
  await gone;
  clearTimeout(timer);
}

/** Seconds of a core that a process has used; of its children, those that have ended. Linux alone tells. */
function cpuOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return Number.NaN;
  }
}
