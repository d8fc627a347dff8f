/**
 * `npm run test:powercut`: the power goes at every point of receiving small files and a large one. The calls of a downloader on
 * its disk are written down; at each of them, what the disk would hold then is laid out, in the least and in other forms that POSIX
 * allows, and a downloader started on it.
 *
 *     npm run test:powercut -- [--files 200] [--large 100000000] [--every 10] [--seed 1] [--slow 10] [--output FILE]
 *
 * `--every`: the forms that keep some of what was not flushed are tried at each so many calls. `--slow`: so many milliseconds at the
 * most go by before a flush begins, as on a disk that turns, so that more happens beside it. Needs a C compiler. Exit code 1 when a committed record was lost, or a final name had other bytes than its own.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { upload } from '../../src/files/upload.ts';
import { createKafka } from '../../src/kafka/client.ts';
import type { Position } from '../../src/kafka/contract.ts';
import { placeOf } from '../../src/stores/disk/place.ts';
import { onGround } from '../proof/ground.ts';
import { noise } from '../support/bytes.ts';
import { compilePreload } from '../support/preload.ts';
import { runCommand } from '../support/process.ts';
import { DiskModel, type Fate, keepsAll, losesAll, seededFate } from './disk-model.ts';
import { type DiskCall, readDiskLog } from './log.ts';
import { type Committed, replay } from './replay.ts';

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '200' },
    large: { type: 'string', default: '100000000' },
    every: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    slow: { type: 'string', default: '10' },
    place: { type: 'string', default: tmpdir() },
    output: { type: 'string' },
  },
});
const [files, large, every, seed] = [values.files, values.large, values.every, values.seed].map(Number) as [
  number,
  number,
  number,
  number,
];
const uploader = 'site';
const topic = 'files';
const sink = 'sink';
const marksName = 'marks';
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const say = (text: string): void => console.error(`powercut: ${text}`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));

/** Makes the source. Resolves with the path at the sink -> SHA-256. */
function makeSource(folder: string): Map<string, string> {
  const expected = new Map<string, string>();
  const put = (path: string, size: number): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    const bytes = noise(size);
    writeFileSync(join(folder, path), bytes);
    expected.set(`${uploader}/${path}`, createHash('sha256').update(bytes).digest('hex'));
  };
  // In packs, as files of one chunk, and as files of several that are under way while others are published.
  const sizeOf = (file: number): number => (file % 8 === 0 ? 2_500_000 : (file * 7919) % 90_000);
  for (let file = 0; file < files; file++) put(`d${file % 7}/e${file % 3}/file ${file}`, sizeOf(file));
  if (large > 0) put('large.bin', large);
  return expected;
}

/** A downloader's calls on its disk, from its first to its end. */
async function observe(
  bootstrap: string,
  folder: string,
): Promise<{ calls: DiskCall[]; model: DiskModel; identity: string }> {
  const [root, log, shim] = [join(folder, 'watched'), join(folder, 'log'), join(folder, 'shim.so')];
  await compilePreload(here('shim.c'), shim);
  mkdirSync(join(root, sink), { recursive: true });
  const inode = (path: string): string => String(statSync(path).ino);
  const model = new DiskModel(inode(root), { [sink]: inode(join(root, sink)) });
  const env = { LD_PRELOAD: shim, POWERCUT_ROOT: root, POWERCUT_LOG: log, POWERCUT_SLOW: values.slow };
  const args = [here('child.ts'), bootstrap, topic, join(root, sink), join(root, marksName)];
  const { code, stdout, stderr } = await runCommand(process.execPath, args, {
    env: { ...process.env, ...env },
  });
  if (code !== 0) throw new Error(`the downloader ended with ${code}: ${stderr}`);
  say(`received: ${stdout.trim()}`);
  return { calls: readDiskLog(log, root), model, identity: placeOf(join(root, sink, '.sluice')) };
}

/** What the group's positions are once a mark has been written. */
function positionsOf(mark: Buffer, before: Committed): Committed {
  const after = new Map(before);
  for (const line of mark.toString().split('\n').filter(Boolean)) {
    const { group, positions } = JSON.parse(line) as { group: string; positions: [number, Position][] };
    after.set(group, new Map([...(after.get(group) ?? []), ...positions]));
  }
  return after;
}

const started = performance.now();
const tried = { flushed: 0, kept: 0, seeded: 0 };
const violations: string[] = [];
let count = 0;

await onGround({ place: values.place, say }, async ({ bootstrapServers, folder }) => {
  const source = join(folder, 'source');
  const expected = makeSource(source);
  const properties = { 'bootstrap.servers': bootstrapServers };
  await upload({
    kafka: properties,
    from: source,
    topic,
    name: uploader,
    once: true,
    minAge: 0,
    packBelow: 40_000,
  });
  const { calls, model, identity } = await observe(bootstrapServers, folder);
  say(`${calls.length} calls on the disk`);
  count = calls.length;

  const kafka = createKafka({ properties });
  const options = { kafka, topic, expected, sink, identity, place: join(folder, 'laid-out') };
  let committed: Committed = new Map();
  let marks = '';
  const cut = async (at: number, fate: Fate, name: keyof typeof tried): Promise<void> => {
    tried[name]++;
    for (const violation of await replay(options, model.cut(fate), committed)) {
      violations.push(`after call ${at} (${calls[at]!.kind}), ${name}: ${violation}`);
      say(violations.at(-1)!);
    }
  };
  for (const [at, call] of calls.entries()) {
    let isDifferent = model.take(call);
    if (call.kind === 'create' && call.path === marksName) marks = call.inode;
    if (call.kind === 'write' && call.inode === marks) {
      committed = positionsOf(call.bytes, committed);
      isDifferent = true;
    }
    if (isDifferent) await cut(at, losesAll, 'flushed');
    if (at % every === 0) {
      await cut(at, seededFate(seed * 1_000_003 + at), 'seeded');
      await cut(at, keepsAll, 'kept');
    }
    if (at % 200 === 0) say(`${at} of ${calls.length}, ${violations.length} violations`);
  }
  await kafka.close();
});

const report = `${files} small files and one of ${large} bytes: ${count} calls on the disk; power cuts: ${tried.flushed} with only what was flushed, ${tried.kept} with all that was written, ${tried.seeded} in between (seed ${seed}); ${violations.length} violations; ${Math.round((performance.now() - started) / 1000)} s\n`;
console.log(report);
if (values.output !== undefined) writeFileSync(values.output, `${report}${violations.join('\n')}`);
process.exitCode = violations.length === 0 ? 0 : 1;
