/** A large tree of real files: copied byte for byte, each file once. */
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { differences, writeRandomFile } from '../support/files.ts';
import { runCommand } from '../support/process.ts';
import { accountOf } from '../support/topic-account.ts';
import { uniqueTopic } from '../support/unique.ts';
import { edgeFiles } from './edges.ts';
import { type Ground, onGround } from './ground.ts';
import { bytesText, type Row, scaled } from './row.ts';
import { transfer, transferFaults } from './transfer.ts';

const packages = fileURLToPath(new URL('../../node_modules', import.meta.url));
const uploader = 'workstation';

export interface TreeOptions {
  /** Files in all, at least; of node_modules only its real files count. */
  readonly files: number;
  /** A copy of node_modules is part of the tree. */
  readonly withPackages: boolean;
  /** Bytes of the one large file. */
  readonly large: number;
}

export interface TreeSent {
  readonly files: number;
  readonly records: number;
  readonly seconds: number;
  /** What differs, came twice or is missing; empty when all is well. */
  readonly faults: string;
}

/** Makes a tree, sends it while a downloader follows, and has it judged by diff, md5sum and kcat. */
export async function sendTree(ground: Ground, options: TreeOptions): Promise<TreeSent> {
  const { bootstrapServers, folder, say } = ground;
  const topic = uniqueTopic('tree');
  const [source, sink] = [join(folder, 'source'), join(folder, 'sink')];
  await makeTree(source, options);
  const sums = await md5sums(source);
  say(`${sums.size} files are made`);
  // Packages hold files with a dot before their names. On a busy machine the broker may seem far, and chunks are smaller over a long line.
  const uploadArgs = ['--hidden', '--connections', '1'];
  const files = sums.size;
  const transferred = await transfer({ bootstrapServers, topic, source, sink, uploader, uploadArgs, files });
  const { received, seconds } = transferred;
  const faults = [transferFaults(transferred), await differences(source, join(sink, uploader))];
  const arrived = await md5sums(join(sink, uploader));
  for (const [path, sum] of sums) {
    if (arrived.get(path) !== sum) faults.push(`${path}: MD5 ${sum} was sent, ${arrived.get(path)} arrived`);
  }
  const account = await accountOf({ bootstrapServers, topic });
  for (const path of sums.keys()) {
    const name = `${uploader}/${path}`;
    const [closed, told] = [account.closed.get(name) ?? 0, received.get(name) ?? 0];
    if (closed !== 1 || told !== 1)
      faults.push(`${path}: ${closed} times on the topic, ${told} times received`);
  }
  if (account.closed.size !== files) faults.push(`${account.closed.size} files on the topic, not ${files}`);
  for (const { path, chunks } of edgeFiles(uploader)) {
    const found = account.chunks.get(`${uploader}/${path}`) ?? 0;
    if (found !== chunks) faults.push(`${path}: ${found} chunks on the topic, not ${chunks}`);
  }
  return { files, records: account.records, seconds, faults: faults.filter(Boolean).join('\n') };
}

async function makeTree(source: string, { files, withPackages, large }: TreeOptions): Promise<void> {
  await mkdir(source, { recursive: true });
  if (withPackages) {
    await cp(packages, join(source, 'packages'), { recursive: true, verbatimSymlinks: true });
    // Neither links nor empty folders are files.
    await runCommand('find', [source, '-type', 'l', '-delete']);
    await runCommand('find', [source, '-type', 'd', '-empty', '-delete']);
  }
  await writeRandomFile(join(source, 'large.bin'), large);
  const edges = edgeFiles(uploader);
  for (const { path, size } of edges) await writeRandomFile(join(source, path), size);
  const standing = (await runCommand('find', [source, '-type', 'f', '-printf', '.'])).stdout.length;
  for (let file = 0; file < files - standing; file++) {
    await writeRandomFile(join(source, generatedPath(file)), (file * 7919) % 48_000);
  }
}

const folders = ['shops/Zürich', 'отчёты/2026', '写真', 'with space, comma=equals', "quote's", 'مستندات'];

function generatedPath(file: number): string {
  const folder = folders[file % folders.length];
  return `${folder}/${Math.floor(file / 500)}/file ${file}.dat`;
}

/** Relative path -> MD5, by md5sum. */
async function md5sums(folder: string): Promise<Map<string, string>> {
  const script = `find . -path ./.sluice -prune -o -type f -print0 | xargs -0 md5sum --zero`;
  const { code, stdout, stderr } = await runCommand('sh', ['-c', script], { cwd: folder });
  if (code !== 0) throw new Error(`md5sum: ${stderr}`);
  const lines = stdout.split('\0').filter(Boolean);
  return new Map(lines.map((line) => [line.slice(36), line.slice(0, 32)]));
}

export const treeRow: Row = {
  name: 'tree',
  claim: 'a tree of 20,000 real files, of 0 B, 1 B, chunk-1, chunk, chunk+1, 3 x chunk and 2 GB among them',
  bar: 'identical by diff -r and md5sum, each file exactly once',
  async run({ scale, place, say }) {
    const large = scaled(2e9, scale);
    const tree = { files: scaled(20_000, scale), withPackages: true, large };
    const { files, records, seconds, faults } = await onGround({ place, say }, (ground) =>
      sendTree(ground, tree),
    );
    const figures = `${files} files, the largest ${bytesText(large)}, in ${records} records and ${Math.round(seconds)} s: ${faults === '' ? 'identical, each once' : 'NOT as sent'}`;
    return { passed: faults === '', figures, faults };
  },
};
