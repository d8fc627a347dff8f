/** What stands behind a page: publishers and servers, as processes that can be killed. */
import { freePort } from '../../src/broker/ports.ts';
import type { Owner } from '../support/owner.ts';
import type { RunningCommand } from '../support/process.ts';
import { startSluice } from '../support/sluice.ts';
import { waitFor } from '../support/wait.ts';

const host = '127.0.0.1';
const taken = new Set<number>();

export interface StageOptions {
  readonly bootstrapServers: string;
  readonly topic: string;
}

/** A publisher of a small test picture. */
export function startPublisher(
  owner: Owner,
  { bootstrapServers, topic }: StageOptions,
  stream: string,
  options: readonly string[] = ['--size', '320x180', '--bitrate', '200k'],
): RunningCommand {
  return startSluice(owner, [
    ...['live', 'publish', '--bootstrap-servers', bootstrapServers, '--topic', topic],
    ...['--stream', stream, '--input', 'test', '--rate', '30'],
    ...['--segment-target', '1s', '--preset', 'ultrafast', ...options],
  ]);
}

export interface StartedServer {
  /** Without a slash at its end. */
  readonly url: string;
  readonly port: number;
  readonly command: RunningCommand;
}

/** A server that is ready; on the port of an earlier one, or on a free one. */
export async function startServer(
  owner: Owner,
  { bootstrapServers, topic }: StageOptions,
  earlier?: number,
  options: readonly string[] = [],
): Promise<StartedServer> {
  const port = earlier ?? (await freePort(host, taken));
  const args = ['--bootstrap-servers', bootstrapServers, '--topic', topic, '--port', String(port)];
  const command = startSluice(owner, ['serve', ...args, ...options]);
  const url = `http://${host}:${port}`;
  await waitFor(
    async () => {
      if (command.child.exitCode !== null) throw new Error(command.output.stderr);
      return (await fetch(`${url}/healthz`)).ok;
    },
    { what: 'a server that is ready' },
  );
  return { url, port, command };
}

/** Kills it as a crash would; resolves when it is gone. */
export async function kill({ child, finished }: RunningCommand): Promise<void> {
  child.kill('SIGKILL');
  await finished;
}

/** Resolves once a server has so many whole segments of a stream to show. */
export async function untilLive(url: string, stream: string, segments = 1): Promise<void> {
  await waitFor(
    async () => {
      const response = await fetch(`${url}/live/${stream}/index.m3u8`);
      if (!response.ok) return false;
      const [variant] = (await response.text())
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'));
      const media = await fetch(new URL(variant ?? '', response.url));
      return (await media.text()).split('#EXTINF').length > segments;
    },
    { what: `stream ${stream} at ${url}`, timeout: 60_000 },
  );
}
