/**
 * The far side of the line: Kafka, `sluice ingest`, `sluice serve` and those who watch, all on one host. Started by `lost-senders.ts`, which sets the line as it is told.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { startBroker } from '../../../src/broker/broker.ts';
import { startChromium } from '../../../test/browser/browser.ts';
import { startServer, untilLive } from '../../../test/browser/stage.ts';
import { inScope, type Owner } from '../../../test/support/owner.ts';
import { addKey, type StartedIngest, startIngest } from '../../../test/support/senders.ts';
import { waitFor } from '../../../test/support/wait.ts';
import { type Judgement, startJudge } from './judge.ts';
import { PartsWatch, waitsOf } from './parts-watch.ts';
import { type LineSender, startLineSender } from './sender.ts';
import { startWhipSender } from './whip-sender.ts';

/** What happens to the sender, or its line. */
export type Fault = 'cut-5' | 'cut-20' | 'killed' | 'slow-10' | 'first-killed' | 'first-silent';

export interface FarOrder {
  readonly near: readonly string[];
  readonly protocols: readonly ('rtmp' | 'srt' | 'whip')[];
  /** Where this side is reached. */
  readonly host: string;
  readonly faults: readonly Fault[];
  /** How often each of those with a stand-by. */
  readonly runs: number;
  readonly ingest: readonly string[];
}

export type LineWish = 'cut' | 'mend' | 'slow' | 'usual';

const order = JSON.parse(process.argv[2] ?? '') as FarOrder;
const wish = (what: LineWish): void => void process.send?.(what);

/** What is done to it; resolves when it is over. */
async function strike(fault: Fault, sender: LineSender): Promise<void> {
  if (fault === 'killed') {
    sender.kill(false);
    return;
  }
  wish(fault === 'slow-10' ? 'slow' : 'cut');
  await delay(fault === 'cut-5' ? 5000 : fault === 'cut-20' ? 20_000 : 10_000);
  wish(fault === 'slow-10' ? 'usual' : 'mend');
}

interface Ground {
  readonly ingest: StartedIngest;
  readonly browser: Browser;
  readonly base: string;
  address(protocol: string, stream: string): Promise<string>;
}

/** A stream that somebody sends and two watch. */
async function watched(owner: Owner, ground: Ground, stream: string) {
  const { browser, base } = ground;
  await untilLive(base, stream, 3);
  const url = `${base}/live/${stream}/index.m3u8`;
  const judge = await startJudge(owner, browser, url);
  const variant = (await (await fetch(url)).text())
    .split('\n')
    .find((line) => line !== '' && !line.startsWith('#'));
  const watch = new PartsWatch(new URL(variant ?? '', url).href);
  owner.after(() => watch.stop());
  await waitFor(async () => (await judge.ask()).pictures > 0, { what: 'pictures', interval: 500 });
  await delay(4000);
  return { judge, watch };
}

function line(judged: Judgement): string {
  const { fatal, errors, still, seeks, latency, pictures } = judged;
  const names = Object.entries(errors).map(([name, count]) => `${name} ${count}`);
  return `hls.js: fatal ${fatal.length === 0 ? 'none' : fatal.join(', ')}, errors [${names.join(', ')}], longest still ${Math.round(still)} ms, ${seeks} seeks, ${pictures} pictures, ${latency?.toFixed(1)} s behind`;
}

async function oneFault(ground: Ground, protocol: string, fault: Fault): Promise<void> {
  const stream = `${protocol}-${fault}`;
  await inScope(async (owner) => {
    const sender = await startSender(owner, await ground.address(protocol, stream));
    const { judge, watch } = await watched(owner, ground, stream);
    await judge.ask();
    const began = performance.now();
    await strike(fault, sender);
    const mended = performance.now();
    const isBack = () => watch.hasEnded || watch.since(mended).length > 20;
    await waitFor(isBack, { what: 'the sender is back', timeout: 90_000, interval: 200 });
    const back = (performance.now() - mended) / 1000;
    await delay(8000);
    const judged = await judge.ask();
    await delay(3000);
    const after = await judge.ask();
    const waits = waitsOf(watch.since(began));
    const isOne = !watch.hasEnded;
    await sender.stop();
    console.log(
      `${protocol} ${fault}: ${isOne ? 'one programme' : 'ENDED'}, ${waits.discontinuities} discontinuities, longest wait for a part ${Math.round(waits.longest)} ms, not seen ${Math.round(waits.hole)} ms, twice ${Math.round(waits.overlap)} ms; ${line(judged)}; 20 parts ${back.toFixed(1)} s after its end, in the last 3 s ${after.pictures} pictures, errors ${JSON.stringify(after.errors)}`,
    );
  });
}

/** One is lost, the other goes on; the lost one comes back and stands by. */
async function standBy(ground: Ground, protocol: string, fault: Fault): Promise<void> {
  const stream = `${protocol}-${fault}`;
  await inScope(async (owner) => {
    const url = await ground.address(protocol, stream);
    let onAir = await startSender(owner, url);
    const { judge, watch } = await watched(owner, ground, stream);
    let other = await startSender(owner, url);
    const longest: number[] = [];
    const holes: number[] = [];
    const stills: number[] = [];
    for (let run = 0; run < order.runs; run += 1) {
      // Not at the same place of a segment each time.
      await delay(6000 + ((run * 730) % 2000));
      await judge.ask();
      const began = performance.now();
      if (fault === 'first-killed') onAir.kill(true);
      else onAir.signal('SIGSTOP');
      await delay(5000);
      const waits = waitsOf(watch.since(began));
      longest.push(waits.longest);
      holes.push(waits.hole);
      const judged = await judge.ask();
      stills.push(judged.still);
      console.log(
        `${protocol} ${fault} ${run + 1}: ${watch.hasEnded ? 'ENDED' : 'one programme'}, ${waits.discontinuities} discontinuities, longest wait for a part ${Math.round(waits.longest)} ms, not seen ${Math.round(waits.hole)} ms, twice ${Math.round(waits.overlap)} ms; ${line(judged)}`,
      );
      if (fault === 'first-killed') onAir.again();
      else onAir.signal('SIGCONT');
      [onAir, other] = [other, onAir];
    }
    const [most, missed, still] = [longest, holes, stills].map((each) => Math.round(Math.max(...each)));
    console.log(
      `${protocol} ${fault}, of ${order.runs}: longest wait for a part ${most} ms, not seen ${missed} ms, longest still ${still} ms`,
    );
    await onAir.stop();
    await other.stop();
  });
}

const near = (command: readonly string[]) =>
  [...order.near, ...command] as unknown as readonly [string, ...string[]];

async function startSender(owner: Owner, url: string): Promise<LineSender> {
  return url.startsWith('http:') ? startWhipSender(owner, url, near) : startLineSender(owner, url, near);
}

await inScope(async (owner) => {
  const broker = await startBroker({ longRunning: true });
  owner.after(() => broker.stop());
  const { bootstrapServers } = broker;
  const key = await addKey(bootstrapServers, 'live', '*');
  const ingest = startIngest(owner, bootstrapServers, 'live', [
    ...[
      '--host',
      '0.0.0.0',
      '--srt-port',
      '0',
      ...(order.protocols.includes('whip') ? ['--whip-port', '0'] : []),
      '--segment-target',
      '2s',
      '--size',
      '640x360',
      '--bitrate',
      '600k',
    ],
    ...order.ingest,
  ]);
  await ingest.port('rtmp');
  const server = await startServer(owner, { bootstrapServers, topic: 'live' });
  const browser = await startChromium();
  owner.after(() => browser.close());
  const ground: Ground = {
    ...{ ingest, browser, base: server.url },
    async address(protocol, stream) {
      const at = `${order.host}:${await ingest.port(protocol)}`;
      if (protocol === 'whip') return `http://${at}/publish?stream=${stream}#key=${key}`;
      return protocol === 'srt'
        ? `srt://${at}?streamid=${stream}?key=${key}`
        : `rtmp://${at}/live/${stream}?key=${key}`;
    },
  };
  for (const fault of order.faults)
    for (const protocol of order.protocols)
      await (fault.startsWith('first') ? standBy : oneFault)(ground, protocol, fault);
});
process.disconnect?.();
