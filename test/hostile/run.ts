/**
 * `npm run test:hostile`: port scanners and fuzzers at every port of `sluice ingest` (RTMP, RTMPS, SRT, WHIP by TCP and by UDP, figures) and at `sluice serve`, from many
 * addresses, while three senders (FFmpeg by RTMP and SRT, and by WHIP through a library of WebRTC) send and a viewer asks for playlists. Prints what memory, descriptors
 * and log came to. Exit code 1 where a process ends, its memory or descriptors grow, its log is filled, or a sender or the viewer is disturbed.
 *
 *     npm run test:hostile -- [--count 100000] [--seed 1] [--port rtmp ...]
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { inScope, type Owner } from '../support/owner.ts';
import { type Ground, type Kind, kinds, standUp, type Watched } from './ground.ts';
import { figuresOf } from './process-figures.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    port: { type: 'string', multiple: true, default: [...kinds] },
  },
});
const say = (text: string): void => console.log(text);
const strangers = fileURLToPath(new URL('strangers.ts', import.meta.url));
const megabytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;

/** So much may be more at the end than behind the first strangers: some hundred bytes that each of them left behind would be more. */
const mostGrowth = 96 * 2 ** 20;
/** Descriptors that come and go by themselves: connections to brokers. */
const mostDescriptors = 10;
/** Lines a second that a process may write, those of its healthy senders among them. */
const mostLines = 20;
/** Milliseconds in which the last of the strangers have been cut off. */
const rest = 20_000;

async function attack({ places }: Ground, kind: Kind, count: number, seed: number): Promise<string> {
  const args = [strangers, kind, String(places[kind].port), String(count), String(seed)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 24 });
  return stdout.trim();
}

function standing({ name, pid }: Watched): string {
  const { resident, descriptors, threads } = figuresOf(pid);
  return `${name} ${megabytes(resident)}, ${descriptors} descriptors, ${threads} threads`;
}

/** The work's result, and the most of memory and descriptors meanwhile. */
async function highest<T>(pid: number, work: Promise<T>): Promise<{ result: T; most: string }> {
  let [resident, descriptors] = [0, 0];
  const timer = setInterval(() => {
    const now = figuresOf(pid);
    resident = Math.max(resident, now.resident);
    descriptors = Math.max(descriptors, now.descriptors);
  }, 250);
  try {
    return { result: await work, most: `${megabytes(resident)}, ${descriptors} descriptors` };
  } finally {
    clearInterval(timer);
  }
}

function expectUndisturbed({ streams, watch, viewer }: Ground): void {
  for (const stream of streams) {
    const { parts, gaps, holes, breaks, epochs, waits } = watch.take(stream);
    const sorted = waits.toSorted((a, b) => a - b);
    const at = (share: number) => (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(0);
    say(
      `    ${stream}: ${parts} parts so far, ${gaps} gaps, ${holes} holes, ${breaks} breaks; between two parts ${at(0.5)} ms (median), ${at(0.99)} (99 %), ${at(1)} (most)`,
    );
    assert.deepEqual([gaps, holes, breaks, epochs], [0, 0, 0, 1], `${stream} was disturbed`);
    assert.ok(waits.length > 0, `nothing comes of ${stream}`);
  }
  const { asked, failures, longest } = viewer.take();
  say(
    `    viewer: ${asked} playlists, ${failures.length} failures, the longest took ${longest.toFixed(0)} ms`,
  );
  assert.deepEqual(failures.slice(0, 5), [], 'the viewer was disturbed');
}

async function play(owner: Owner): Promise<void> {
  const count = Number(values.count);
  const ground = await standUp(owner);
  try {
    await besiege(ground, count);
  } catch (error) {
    for (const { name, log } of ground.processes) say(`${name} wrote last:\n${log.newest}`);
    throw error;
  }
}

async function besiege(ground: Ground, count: number): Promise<void> {
  const { places, processes } = ground;
  const chosen = kinds.filter((kind) => values.port.includes(kind));
  const tell = (when: string): void => say(`${when}: ${processes.map(standing).join('; ')}`);
  tell('before');
  // Code is compiled, pools are filled.
  for (const kind of chosen) await attack(ground, kind, Math.min(3000, count), 77);
  await delay(rest);
  tell('behind the first strangers');
  expectUndisturbed(ground);
  const first = processes.map(({ pid }) => figuresOf(pid));
  for (const [index, kind] of chosen.entries()) {
    const { process } = places[kind];
    const { pid, log } = process;
    const [began, lines, bytes] = [performance.now(), log.lines, log.bytes];
    const { result, most } = await highest(pid, attack(ground, kind, count, Number(values.seed) + index));
    const seconds = (performance.now() - began) / 1000;
    const more = log.lines - lines;
    say(`${kind}: ${count} strangers in ${seconds.toFixed(0)} s: ${result}`);
    say(`    most ${most}; log ${more} lines, ${log.bytes - bytes} bytes; then ${standing(process)}`);
    expectUndisturbed(ground);
    assert.ok(more <= mostLines * (seconds + 10), `${more} lines of log in ${seconds.toFixed(0)} s`);
  }
  await delay(rest);
  tell('at the end');
  for (const [index, { name, pid }] of processes.entries()) {
    const [before, after] = [first[index]!, figuresOf(pid)];
    assert.ok(after.resident <= before.resident + mostGrowth, `${name} grew to ${megabytes(after.resident)}`);
    assert.ok(
      after.descriptors <= before.descriptors + mostDescriptors,
      `${name}: ${after.descriptors} descriptors, ${before.descriptors} before`,
    );
  }
  expectUndisturbed(ground);
  await ground.end();
  say('the senders ended their programmes, and ingest has gone in good order');
}

try {
  await inScope(play);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
