/**
 * Viewers of low-latency HLS in a process of their own. Each goes on as hls.js does: what fails is asked for again after a second, a playlist
 * twice, a part six times, then it gives up for good; so it does at the end of the programme.
 */
import { Agent, get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { readEdge } from '../../../bench/live/playlist-edge.ts';

export interface ViewersOrder {
  readonly url: string;
  readonly viewers: number;
}

/** What is told once a second. */
export interface ViewersReport {
  /** Errors that end a player. */
  readonly fatal: readonly string[];
  /** Requests that failed, and were made again. */
  readonly failures: Readonly<Record<string, number>>;
  readonly parts: number;
  /** The longest that any viewer has waited from one part to the next since the last report, and waits now; milliseconds. */
  readonly wait: number;
}

let parts = 0;
let fatal: string[] = [];
let failures: Record<string, number> = {};
let wait = 0;

interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

function ask(url: string, agent: Agent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent, timeout: 20_000 }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks) }));
    });
    request.on('timeout', () => request.destroy(new Error('time-out')));
    request.on('error', reject);
  });
}

/** E.g. `503 (this server goes; ask again, or another)`. */
function saidIn({ status, body }: Answer): string {
  return `${status} (${body.toString('latin1', 0, 80).trim()})`;
}

class Viewer {
  readonly #agent = new Agent({ keepAlive: true });
  readonly #url: string;
  last = performance.now();

  constructor(url: string) {
    this.#url = url;
  }

  async watch(): Promise<void> {
    let text = await this.#get(this.#url, 2);
    let seen: string | undefined;
    for (;;) {
      if (text.includes('#EXT-X-ENDLIST')) throw new Error('the programme is over');
      const { newest, media, part } = readEdge(text);
      if (newest !== undefined && newest !== seen) {
        await this.#get(new URL(newest, this.#url).href, 6);
        seen = newest;
        const now = performance.now();
        wait = Math.max(wait, now - this.last);
        this.last = now;
        parts += 1;
      }
      text = await this.#get(`${this.#url}?_HLS_msn=${media}&_HLS_part=${part}`, 2);
    }
  }

  async #get(url: string, retries: number): Promise<string> {
    for (let failed = 0; ; failed += 1) {
      const answer = await ask(url, this.#agent).catch((error: Error & { code?: string }) => error);
      if (!(answer instanceof Error) && answer.status === 200) return answer.body.toString('latin1');
      const reason = answer instanceof Error ? (answer.code ?? answer.message) : saidIn(answer);
      failures[reason] = (failures[reason] ?? 0) + 1;
      if (failed === retries) throw new Error(`${reason} for ${url.replace(/^.*\/live\//, '')}`);
      // A connection that was closed while it was idle is no answer: browsers ask again at once, by themselves.
      if (failed === 0 && reason === 'ECONNRESET') continue;
      await delay(1000);
    }
  }
}

process.on('message', ({ url, viewers }: ViewersOrder) => {
  const all = Array.from({ length: viewers }, () => new Viewer(url));
  for (const [index, viewer] of all.entries())
    setTimeout(() => {
      viewer.last = performance.now();
      viewer.watch().catch((error: unknown) => fatal.push(String(error)));
    }, index * 20);
  setTimeout(() => {
    setInterval(() => {
      const now = performance.now();
      const longest = Math.max(wait, ...all.map(({ last }) => now - last));
      const report: ViewersReport = { fatal, failures, parts, wait: longest };
      process.send?.(report, () => {});
      [fatal, failures, parts, wait] = [[], {}, 0, 0];
    }, 1000);
  }, viewers * 20);
});
process.on('disconnect', () => process.exit());
