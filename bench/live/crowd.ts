/** Many viewers of one stream in a process of their own, for a page to be measured beside. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ViewersOrder, ViewersReport } from './viewers.ts';

export interface Crowd {
  /** Requests a second over the last seconds. */
  readonly rate: number;
  stop(): Promise<void>;
}

/** Paths of the media playlists that a stream's multivariant playlist names. */
export async function playlistsOf(base: string, stream: string): Promise<readonly string[]> {
  const response = await fetch(`${base}/live/${stream}/index.m3u8`);
  const lines = (await response.text()).split('\n');
  return lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((uri) => new URL(uri, response.url).pathname);
}

/** Resolves once all of them watch. */
export async function startCrowd(base: string, stream: string, viewers: number): Promise<Crowd> {
  const { hostname: host, port } = new URL(base);
  const child = fork(fileURLToPath(new URL('viewers.ts', import.meta.url)));
  const reports: ViewersReport[] = [];
  child.on('message', (report: ViewersReport) => {
    reports.push(report);
    reports.splice(0, reports.length - 5);
  });
  const playlists = (await playlistsOf(base, stream)).slice(0, 1);
  const order: ViewersOrder = { host, port: Number(port), playlists, viewers };
  child.send(order);
  // They come within a second; then the second that all of them were there for.
  for (let count = 0; count < 3; count += 1) await once(child, 'message');
  return {
    get rate() {
      return reports.reduce((sum, { requests }) => sum + requests, 0) / Math.max(1, reports.length);
    },
    async stop() {
      const gone = once(child, 'exit');
      child.disconnect();
      await gone;
    },
  };
}
