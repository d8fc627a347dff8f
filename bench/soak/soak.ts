/**
 * Uploads, downloads, live video and viewers together, on one broker that is restarted again and again: what is lost, and what
 * of each program grows.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { createKafka } from '../../src/kafka/client.ts';
import { decodeLiveRecord } from '../../src/records/live-record.ts';
import { waitFor } from '../../test/support/wait.ts';
import { Files, type FilesAccount } from './files.ts';
import { type Ground, mediaTopic, standOn, stream } from './ground.ts';
import type { Series } from './judge.ts';
import { LiveAccount } from './live-account.ts';
import { Samples } from './samples.ts';
import { kinds, type Seen, watch } from './viewers.ts';

/** Times in milliseconds, sizes in bytes. */
export interface SoakOptions {
  readonly lasts: number;
  readonly viewers: number;
  /** Between two looks at every program, and between two that force a collection. */
  readonly sampleEvery: number;
  readonly collectEvery: number;
  /** Between two restarts of the broker, and before the first. */
  readonly restartEvery: number;
  readonly small: { readonly names: number; readonly size: number; readonly every: number };
  readonly large: { readonly names: number; readonly size: number; readonly every: number };
  readonly signal?: AbortSignal;
  readonly onProgress?: (line: string) => void;
}

export interface SoakResult {
  readonly minutes: number;
  readonly series: readonly Series[];
  readonly files: FilesAccount;
  /** Names whose newest version is not at the sink, byte for byte. */
  readonly different: readonly string[];
  readonly live: LiveAccount;
  readonly seen: Seen;
  /** Seconds since the beginning. */
  readonly restarts: readonly number[];
  readonly exitCodes: ReadonlyMap<string, number | null>;
  /** Temporary files that are left when all has arrived. */
  readonly temporaryFiles: number;
}

/** Milliseconds until everything that was made must have arrived. */
const arrivalLimit = 120_000;

export async function soak(options: SoakOptions): Promise<SoakResult> {
  await using stack = new AsyncDisposableStack();
  const ground = await standOn(stack, options.lasts > 600_000);
  const stop = new AbortController();
  stack.defer(() => stop.abort());
  const signals = options.signal === undefined ? [stop.signal] : [stop.signal, options.signal];
  const signal = AbortSignal.any(signals);
  const files = new Files(ground.source, ground.sink);
  const seen: Seen = { joined: 0, bytes: 0, parts: 0, failures: new Map() };
  const samples = new Samples(ground);
  const restarts: number[] = [];
  const live = new LiveAccount();
  await awaitStream(ground);
  const reading = readStream(ground, live);
  stack.defer(() => reading.close());
  const seats = Array.from({ length: options.viewers }, (_, index) => seat(index, ground, seen, signal));
  const { small, large } = options;
  const repeated = [
    every(small.every, signal, (turn) => files.make(`small/${turn % small.names}.bin`, small.size)),
    every(large.every, signal, (turn) => files.make(`large/${turn % large.names}.bin`, large.size)),
    every(500, signal, () => files.look()),
    every(options.restartEvery, signal, async (turn) => {
      if (turn === 0) return;
      restarts.push(samples.seconds);
      await ground.broker.nodes[0]!.stop();
      await ground.broker.nodes[0]!.start();
    }),
    every(options.sampleEvery, signal, async (turn) => {
      const between = Math.max(1, Math.round(options.collectEvery / options.sampleEvery));
      await samples.take(turn % between === between - 1);
      const { made, arrived } = files.account;
      if (turn % 12 !== 11) return;
      options.onProgress?.(
        `${(samples.seconds / 60).toFixed(1)} min: ${samples.line()}; ${arrived} of ${made} files, ${live.records} live records, ${live.missing} missing, ${seen.joined} joined`,
      );
    }),
  ];
  // The first that fails ends the run.
  const failed = Promise.all(repeated);
  await Promise.race([delay(options.lasts, undefined, { signal }).catch(() => {}), failed]);
  stop.abort();
  await failed;
  await Promise.all(seats);
  const arrived = async () => {
    await files.look();
    return files.pending.length === 0;
  };
  await waitFor(arrived, { timeout: arrivalLimit, interval: 200 }).catch(() => {});
  const exitCodes = await ground.stopPrograms();
  await waitFor(() => live.hasEnded, { timeout: arrivalLimit }).catch(() => {});
  const different = await files.compareAll();
  const temporaryFiles = await ground.temporaryFiles();
  return {
    minutes: samples.seconds / 60,
    series: samples.series(),
    files: files.account,
    different,
    live,
    seen,
    restarts,
    exitCodes,
    temporaryFiles,
  };
}

/** Again and again at this distance, one at a time, until the signal; rejects with what the work rejects with. */
async function every(
  milliseconds: number,
  signal: AbortSignal,
  work: (turn: number) => Promise<void>,
): Promise<void> {
  const begin = performance.now();
  for (let turn = 0; !signal.aborted; turn += 1) {
    await work(turn);
    const next = begin + (turn + 1) * milliseconds;
    await delay(Math.max(0, next - performance.now()), undefined, { signal }).catch(() => {});
  }
}

/** One viewer after the other: half a minute each, more or less. */
async function seat(index: number, { origin }: Ground, seen: Seen, stop: AbortSignal): Promise<void> {
  for (let turn = index; !stop.aborted; turn += 1) {
    const leaves = AbortSignal.timeout(Math.round(10_000 + Math.random() * 40_000));
    const signal = AbortSignal.any([stop, leaves]);
    const kind = kinds[turn % kinds.length]!;
    while (!signal.aborted) await watch(kind, { origin, stream, seen, signal });
  }
}

async function awaitStream({ origin, programs }: Ground): Promise<void> {
  const isThere = async () => {
    const ended = programs.find((program) => program.hasEnded);
    if (ended !== undefined) return ended;
    return (await fetch(`${origin}/live/${stream}/index.m3u8`)).ok;
  };
  const found = await waitFor(isThere, { timeout: 60_000, what: 'the stream' });
  if (found !== true) throw new Error(`the ${found.name} has ended: ${found.said.join('\n')}`);
}

/** Reads the stream from its topic, beside the server, from its first record on. */
function readStream({ broker }: Ground, account: LiveAccount) {
  const kafka = createKafka({ properties: { 'bootstrap.servers': broker.bootstrapServers } });
  const read = async (): Promise<void> => {
    const from = await kafka.offsets(mediaTopic, 'earliest');
    for await (const batch of kafka.consumer({ topic: mediaTopic, from })) {
      for (const record of batch.records) {
        const decoded = decodeLiveRecord(record);
        if (decoded?.stream === stream) account.take(decoded);
      }
      batch.release();
    }
  };
  const done = read();
  done.catch(() => {});
  return {
    async close(): Promise<void> {
      await kafka.close();
      await done.catch(() => {});
    },
  };
}
