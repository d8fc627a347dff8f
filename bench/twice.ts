/**
 * `npm run bench:twice`: what goes over the wire of a file that was sent before: touched, under another name, ten times, and with something inserted.
 *
 *     npm run bench:twice -- [--size 1000] [--place DIR]
 *
 * `--size` is MB. Bytes are counted by a proxy between both ends and the broker, in the direction in which files go; rsync counts its own
 * (`--no-whole-file --stats`, from folder to folder).
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { cp, mkdir, mkdtemp, rename, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { startBroker } from '../src/broker/broker.ts';
import { startCountingProxy } from '../test/support/counting-proxy.ts';
import { differences, writeRandomFile } from '../test/support/files.ts';
import { runCommand } from '../test/support/process.ts';
import { runSluice } from '../test/support/sluice.ts';

const { values } = parseArgs({
  options: { size: { type: 'string', default: '1000' }, place: { type: 'string', default: tmpdir() } },
});
const size = Number(values.size) * 1e6;
if (!(size > 0)) throw new Error('--size is a number of MB');

const folder = await mkdtemp(join(values.place, 'sluice-twice-'));
const [from, to, mirror] = ['from', 'to', 'mirror'].map((name) => join(folder, name)) as [
  string,
  string,
  string,
];
const proxy = await startCountingProxy();
const broker = await startBroker({
  listeners: { PROXIED: { protocol: 'PLAINTEXT', advertisedPorts: [proxy.port] } },
});
proxy.target(Number(broker.listeners.PROXIED!.split(':')[1]));

/** Runs a verb to its end; resolves with what the proxy carried for it. */
async function carried(direction: 'sent' | 'received', ...words: string[]): Promise<number> {
  const before = proxy[direction];
  const way = ['--bootstrap-servers', `127.0.0.1:${proxy.port}`, '--topic', 'files', '--once', '--quiet'];
  const { code, stderr } = await runSluice([...words, ...way]);
  if (code !== 0) throw new Error(`sluice ${words[0]} ended with ${code}: ${stderr}`);
  return proxy[direction] - before;
}

/** Puts noise into a file, behind which all moves. */
async function insert(file: string, at: number, length: number): Promise<void> {
  const more = `${file}.more`;
  await writeRandomFile(more, length);
  const parts = [
    createReadStream(file, { end: at - 1 }),
    createReadStream(more),
    createReadStream(file, { start: at }),
  ];
  const whole = `${file}.whole`;
  for (const part of parts) await pipeline(part, createWriteStream(whole, { flags: 'a' }));
  await rm(more);
  await rename(whole, file);
}

async function rsync(): Promise<number> {
  const line = ['-a', '--no-whole-file', '--delete', '--stats', `${from}/`, mirror];
  const { stdout } = await runCommand('rsync', line);
  return Number(/Total bytes sent: ([\d,.]+)/.exec(stdout)?.[1]?.replaceAll(/\D/g, ''));
}

async function row(what: string, ...more: string[]): Promise<void> {
  const words = ['upload', '--from', from, '--name', 'bench', '--min-age', '0', ...more];
  const up = await carried('sent', ...words);
  const down = await carried('received', 'download', '--to', to, '--name', 'bench');
  const beside = await rsync();
  const cell = (bytes: number): string => `${((100 * bytes) / size).toFixed(4)} %`;
  console.log(`| ${what} | ${cell(up)} | ${cell(down)} | ${cell(beside)} |`);
}

try {
  await mkdir(from);
  await writeRandomFile(join(from, 'film'), size);
  console.log(`A file of ${size / 1e6} MB of noise; bytes on the wire by its size.\n`);
  console.log('| | upload | download | rsync |\n|---|---|---|---|');
  await row('sent first');
  await utimes(join(from, 'film'), 1_700_000_000, 1_700_000_000);
  await row('the same again, touched');
  await rename(join(from, 'film'), join(from, 'renamed film'));
  await row('renamed');
  await mkdir(join(from, 'copies'));
  for (let n = 0; n < 10; n++) await cp(join(from, 'renamed film'), join(from, 'copies', `${n}`));
  await row('ten copies of it');
  await rm(join(to, 'bench', 'film'));
  // Their rest is to be compared with what stands there now.
  await rm(join(from, 'copies'), { recursive: true });
  await writeRandomFile(join(from, 'image'), size);
  await row('another one, with --delta', '--delta');
  await insert(join(from, 'image'), size / 2, 1e6);
  await row('1 MB inserted at its middle, with --delta', '--delta');
  await rm(join(to, 'bench', 'copies'), { recursive: true });
  const difference = await differences(from, join(to, 'bench'));
  if (difference !== '') throw new Error(`it did not arrive as it was: ${difference}`);
} finally {
  await broker.stop();
  await proxy.close();
  await rm(folder, { recursive: true, force: true });
}
