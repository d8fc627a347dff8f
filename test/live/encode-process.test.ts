/** FFmpeg as a child: told to end, missing, silent, killed, faster than its reader. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { freePort } from '../../src/broker/ports.ts';
import { ConfigurationError, SluiceError } from '../../src/errors.ts';
import { type RunOptions, runEncoder } from '../../src/live/encode/encoder.ts';
import type { EncoderOptions } from '../../src/live/encode/options.ts';
import { planEncoding } from '../../src/live/encode/plan.ts';
import { prepareEncoding } from '../../src/live/encode/prepare.ts';
import type { MediaEvent } from '../../src/live/media.ts';
import { madeStream } from '../support/boxes.ts';
import { temporaryFolder } from '../support/folder.ts';
import { waitFor } from '../support/wait.ts';

const small = [{ name: 'main', size: { width: 160, height: 90 }, bitrate: 100_000 }];

/** A run of the test picture that ends with its test. */
function start(t: TestContext, options: Partial<EncoderOptions> = {}, run: RunOptions = {}) {
  const controller = new AbortController();
  t.after(() => controller.abort());
  const plan = planEncoding({ input: 'test', renditions: small, ...options });
  return { events: runEncoder(plan, { signal: controller.signal, ...run }), stop: () => controller.abort() };
}

/** A program that stands for FFmpeg. */
async function program(t: TestContext, script: string): Promise<string> {
  const path = join(await temporaryFolder(t), 'ffmpeg');
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

async function lastOf(events: AsyncIterable<MediaEvent>): Promise<MediaEvent | undefined> {
  let last: MediaEvent | undefined;
  for await (const event of events) last = event;
  return last;
}

test('told to stop, it finishes what it has begun and ends without an error', async (t) => {
  const { events, stop } = start(t);
  const seen: MediaEvent[] = [];
  for await (const event of events) {
    seen.push(event);
    if (seen.length === 3) stop();
  }
  assert.deepEqual(seen.at(-1), { type: 'end' });
  assert.equal(seen.filter(({ type }) => type === 'end').length, 1);
  assert.ok(seen.length > 3);
});

test('told to stop before it has begun', async (t) => {
  const { events, stop } = start(t);
  stop();
  assert.deepEqual(await lastOf(events), { type: 'end' });
});

test('who leaves the loop early leaves no FFmpeg behind', async (t) => {
  const pidFile = join(await temporaryFolder(t), 'pid');
  const watched = await program(t, `echo $$ > ${pidFile}; exec ffmpeg "$@"`);
  const { events } = start(t, {}, { program: watched });
  for await (const { type } of events) if (type === 'chunk') break;
  const pid = Number(await readFile(pidFile, 'utf8'));
  assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
});

test('one that listens for a sender ends when its publisher is killed, and the port is free again', async (t) => {
  const folder = await temporaryFolder(t);
  const port = await freePort('127.0.0.1', new Set());
  const inputs = [
    `rtmp://0.0.0.0:${port}/live/a`,
    `srt://127.0.0.1:${port}?mode=listener`,
    `udp://127.0.0.1:${port}`,
  ];
  for (const input of inputs) {
    const pidFile = join(folder, `${crypto.randomUUID()}.pid`);
    const watched = await program(t, `echo $$ > ${pidFile}; exec ffmpeg "$@"`);
    const publisher = spawn(
      process.execPath,
      ['--input-type=module', '-e', listening, JSON.stringify({ input }), watched],
      { cwd: import.meta.dirname, stdio: 'ignore' },
    );
    t.after(() => publisher.kill('SIGKILL'));
    const pid = await waitFor(
      async () => Number(await readFile(pidFile, 'utf8').catch(() => '')) || undefined,
    );
    assert.ok(pid);
    t.after(() => isAlive(pid) && process.kill(pid, 'SIGKILL'));
    // It would go on doing so.
    await waitFor(() => isBound(port), { what: `FFmpeg to listen for ${input}` });
    publisher.kill('SIGKILL');
    await waitFor(() => !isAlive(pid), { what: `FFmpeg to end that read ${input}` });
  }
});

/** Runs an encoder until it is killed. */
const listening = `
  const { runEncoder } = await import('../../src/live/encode/encoder.ts');
  const { planEncoding } = await import('../../src/live/encode/plan.ts');
  const [options, program] = process.argv.slice(1);
  for await (const event of runEncoder(planEncoding(JSON.parse(options)), { program })) void event;
`;

/** A socket of the system has this port: one that listens, or one of datagrams. */
async function isBound(port: number): Promise<boolean> {
  const local = new RegExp(`^ *\\d+: [0-9A-F]+:${port.toString(16).toUpperCase().padStart(4, '0')} `, 'm');
  const tables = await Promise.all(['tcp', 'udp'].map((kind) => readFile(`/proc/net/${kind}`, 'utf8')));
  return tables.some((table) => local.test(table));
}

function isAlive(pid: number): boolean {
  try {
    // One that has ended and that nobody has taken leave of yet has no command line.
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
  } catch {
    return false;
  }
}

test('nothing waits for one that has ended', async (t) => {
  const sent = join(await temporaryFolder(t), 'sent.mp4');
  await writeFile(sent, madeStream(9));
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = timers();
  const run = { program: await program(t, `cat ${sent}`), killAfter: 60_000 };
  assert.deepEqual(await lastOf(start(t, { chunks: 'frame', input: 'film.mp4' }, run).events), {
    type: 'end',
  });
  assert.equal(timers(), before);
});

test('one that does not listen is killed', async (t) => {
  const deaf = await program(t, "trap 'echo heard >&2' TERM; echo ready >&2; while :; do sleep 0.05; done");
  const said: string[] = [];
  const onComplaint = (line: string) => {
    said.push(line);
    if (line === 'ready') stop();
  };
  const { events, stop } = start(t, {}, { program: deaf, killAfter: 500, onComplaint });
  assert.deepEqual(await lastOf(events), { type: 'end' });
  assert.deepEqual(said, ['ready', 'heard']);
});

test('a missing FFmpeg is told with how to get it', async (t) => {
  const { events } = start(t, {}, { program: 'sluice-has-no-such-program' });
  const end = await lastOf(events);
  assert.ok(end?.type === 'end' && end.error instanceof ConfigurationError);
  assert.match(end.error.message, /sluice-has-no-such-program is not installed: install FFmpeg/);
  const absent = join(await temporaryFolder(t), 'ffmpeg');
  await assert.rejects(
    prepareEncoding({ input: 'film.mp4' }, absent),
    /ffprobe is not installed: install FFmpeg/,
  );
});

test('one that fails is told with what it said, and without the key', async (t) => {
  const failing = await program(t, 'echo "rtmp://host/app/my-key: Input/output error" >&2; exit 3');
  const end = await lastOf(start(t, {}, { program: failing }).events);
  assert.ok(end?.type === 'end' && end.error instanceof SluiceError);
  assert.equal(end.error.message, 'FFmpeg ended with exit code 3: rtmp://host/app/***: Input/output error');
});

test('one that is killed by somebody else is an error', async (t) => {
  const dying = await program(t, 'kill -9 $$');
  const end = await lastOf(start(t, {}, { program: dying }).events);
  assert.ok(end?.type === 'end');
  assert.match(String(end.error), /was ended by SIGKILL/);
});

test('one that ends well and gave nothing is an error', async (t) => {
  const end = await lastOf(start(t, {}, { program: await program(t, 'exit 0') }).events);
  assert.ok(end?.type === 'end');
  assert.match(String(end.error), /neither a picture nor sound in test/);
});

test('a sender that goes is an error, for it may come back; the end of a file is none', async (t) => {
  const sent = join(await temporaryFolder(t), 'sent.mp4');
  await writeFile(sent, madeStream(9));
  const sending = await program(t, `cat ${sent}`);
  const endOf = (options: Partial<EncoderOptions>) =>
    lastOf(start(t, { chunks: 'frame', renditions: small, ...options }, { program: sending }).events);
  const gone = await endOf({ input: 'rtmp://0.0.0.0/live/my-key' });
  assert.ok(gone?.type === 'end');
  assert.equal(gone.error?.message, 'the sender of rtmp://0.0.0.0/live/*** has gone');
  assert.deepEqual(await endOf({ input: 'rtmp://0.0.0.0/live/my-key', inputOptions: ['-t', '9'] }), {
    type: 'end',
  });
  assert.deepEqual(await endOf({ input: 'film.mp4' }), { type: 'end' });
});

test('one that gives what is no MP4 is ended', async (t) => {
  const odd = await program(t, 'while :; do echo "this is no box of anything"; done');
  const end = await lastOf(start(t, {}, { program: odd }).events);
  assert.ok(end?.type === 'end');
  assert.match(String(end.error), /FormatError/);
});

test('one that runs and gives nothing is ended', async (t) => {
  const silent = await program(t, 'exec sleep 600');
  const end = await lastOf(start(t, {}, { program: silent, stallAfter: 200 }).events);
  assert.ok(end?.type === 'end');
  assert.match(String(end.error), /has given nothing for 0\.2 s/);
});

test('a clock that is set is no silence', async (t) => {
  const sent = join(await temporaryFolder(t), 'sent.mp4');
  await writeFile(sent, madeStream(9));
  const pausing = await program(t, `cat ${sent}; sleep 1.5`);
  let calls = 0;
  const now = () => 1_000_000 + 3_600_000 * calls++;
  const run = { program: pausing, stallAfter: 60_000, now };
  assert.deepEqual(await lastOf(start(t, { chunks: 'frame', input: 'film.mp4' }, run).events), {
    type: 'end',
  });
});

test('a sender that is still to come is waited for', async (t) => {
  const silent = await program(t, 'exec sleep 600');
  const stdin = new Readable({ read() {} });
  const { events, stop } = start(t, { input: '-' }, { program: silent, stdin, stallAfter: 20 });
  setTimeout(stop, 300);
  assert.deepEqual(await lastOf(events), { type: 'end' });
});

test('a slow reader makes FFmpeg wait: what is held is bounded, and nothing is lost', async (t) => {
  const length = 30;
  const pictures = Readable.from(
    (function* () {
      // Noise: far more comes out than pipes hold.
      for (let index = 0; index < length * 30; index++) yield randomBytes(160 * 90 * 1.5);
    })(),
  );
  const inputOptions = ['-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', '160x90', '-r', '30'];
  const limit = 4000;
  const { events } = start(
    t,
    { input: '-', inputOptions, renditions: [{ name: 'main', bitrate: 2_000_000 }] },
    { stdin: pictures, buffer: limit, stallAfter: 1000 },
  );
  let until = 0;
  let isHeld = false;
  for await (const event of events) {
    if (event.type === 'end') assert.equal(event.error, undefined);
    if (event.type !== 'chunk') continue;
    assert.equal(event.time, until);
    until = event.time + event.duration;
    if (isHeld) continue;
    // Longer than FFmpeg may be silent; it is not its fault.
    isHeld = true;
    await new Promise((resolve) => setTimeout(resolve, 1500));
    assert.equal(pictures.readableEnded, false, 'FFmpeg waits');
  }
  assert.equal(until / 15_360, length);
});

test('a picture comes out as soon as the next one is there: nothing else holds it back', async (t) => {
  const stdin = new Readable({ read() {} });
  const inputOptions = ['-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', '160x90', '-r', '30'];
  const { events } = start(t, { input: '-', inputOptions, chunks: 'frame' }, { stdin });
  const feed = (picture: number) => stdin.push(Buffer.alloc(160 * 90 * 1.5, picture * 3));
  const last = 20;
  let fed = 0;
  feed(fed++);
  feed(fed++);
  let seen = 0;
  for await (const { type } of events) {
    if (type !== 'chunk') continue;
    seen++;
    // Only what came out lets the next one in, so that a second one held back would stop everything.
    if (fed < last) feed(fed++);
    else stdin.push(null);
  }
  assert.equal(seen, last);
});
