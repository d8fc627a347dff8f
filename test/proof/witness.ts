/** What FORMAT.md promises, read by somebody who knows nothing of Sluice: kcat, a shell and sha256sum. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeRandomFile } from '../support/files.ts';
import { runCommand } from '../support/process.ts';
import { runSluice } from '../support/sluice.ts';
import { type TopicRecord, topicRecords } from '../support/topic-records.ts';
import { uniqueTopic } from '../support/unique.ts';
import { type Ground, onGround } from './ground.ts';
import type { Row } from './row.ts';

const format = fileURLToPath(new URL('../../FORMAT.md', import.meta.url));

/** The forms of FORMAT.md's header table. */
const forms: Readonly<Record<string, RegExp>> = {
  sluice: /^1$/,
  kind: /^(chunk|close|abort|pack)$/,
  uploader: /^[^/]{1,128}$/,
  path: /^[^/]+(\/[^/]+)*$/,
  upload: /^[0-9a-f]{32}$/,
  checksum: /^(md5|sha256|crc64nvme)$/,
  size: /^\d{16}$/,
  offset: /^\d{16}$/,
  digest: /^(md5:[0-9a-f]{32}|sha256:[0-9a-f]{64}|crc64nvme:[0-9a-f]{16})$/,
  mtime: /^-?\d+$/,
  mode: /^[0-7]{4}$/,
  reason: /./,
  files: /^\d{16}$/,
  index: /^\d{16}$/,
};

/** Kind -> the headers that FORMAT.md's table says stand in it. */
export async function promisedHeaders(): Promise<Map<string, Set<string>>> {
  const promised = new Map(['chunk', 'close', 'abort', 'pack'].map((kind) => [kind, new Set<string>()]));
  for (const line of (await readFile(format, 'utf8')).split('\n')) {
    const [, name, , kinds] = /^\| `([a-z]+)` \| (.*) \| ([a-z, -]+) \|$/.exec(line) ?? [];
    if (name === undefined || kinds === undefined || !(name in forms)) continue;
    const where = kinds === 'all' ? [...promised.keys()] : kinds.split(', ');
    for (const kind of where) promised.get(kind)?.add(name);
  }
  return promised;
}

export interface Witnessed {
  readonly records: number;
  readonly kinds: readonly string[];
  /** SHA-256 of the file at the source, and of what kcat and sha256sum joined by hand. */
  readonly sent: string;
  readonly joined: string;
  readonly faults: string;
}

/** Sends a file of `size` bytes and some small ones, and has kcat read the headers and join the file by hand. */
export async function witness({ bootstrapServers, folder }: Ground, size: number): Promise<Witnessed> {
  const topic = uniqueTopic('witness');
  const source = join(folder, 'source');
  const large = join(source, 'photos', 'one, large=file.bin');
  await writeRandomFile(large, size);
  for (const name of ['a.json', 'b.json']) await writeRandomFile(join(source, name), 4096);
  const args = [
    'upload',
    '--from',
    source,
    '--name',
    'witness',
    '--once',
    '--min-age',
    '0',
    '--connections',
    '1',
  ];
  const { code, stderr } = await runSluice([
    ...args,
    '--topic',
    topic,
    '--bootstrap-servers',
    bootstrapServers,
  ]);
  const faults = code === 0 ? [] : [`the uploader ended with ${code}: ${stderr}`];
  const promised = await promisedHeaders();
  const records: TopicRecord[] = [];
  for await (const record of topicRecords({ bootstrapServers, topic })) {
    records.push(record);
    faults.push(...headerFaults(record, promised));
  }
  const chunks = records.filter(({ headers }) => headers.kind === 'chunk');
  const closing = records.find(({ headers }) => headers.kind === 'close');
  // One file was cut into chunks: its records stand side by side in one partition.
  const [first] = chunks;
  const line = `kcat -C -b ${bootstrapServers} -t ${topic} -p ${first?.partition} -o ${first?.offset} -c ${chunks.length} -e -q -D '' -f '%s' | sha256sum`;
  const joined = (await runCommand('sh', ['-c', line])).stdout.slice(0, 64);
  const sent = (await runCommand('sha256sum', [large])).stdout.slice(0, 64);
  if (joined !== sent) faults.push(`kcat joined the file to the SHA-256 ${joined}, it was sent with ${sent}`);
  if (closing?.headers.digest !== `sha256:${sent}`) {
    faults.push(`the closing record says ${closing?.headers.digest}, the file has sha256:${sent}`);
  }
  const kinds = [...new Set(records.map(({ headers }) => headers.kind ?? ''))].sort();
  if (kinds.join() !== 'chunk,close,pack') faults.push(`the kinds on the topic are ${kinds}`);
  return { records: records.length, kinds, sent, joined, faults: faults.join('\n') };
}

function headerFaults(
  { headers, partition, offset }: TopicRecord,
  promised: Map<string, Set<string>>,
): string[] {
  const where = `partition ${partition}, offset ${offset}`;
  const expected = promised.get(headers.kind ?? '');
  if (expected === undefined) return [`${where}: the kind "${headers.kind}" is not in FORMAT.md`];
  const faults: string[] = [];
  for (const name of expected) {
    const form = forms[name];
    const value = headers[name];
    if (value === undefined) faults.push(`${where}: the header ${name} is missing`);
    else if (!form?.test(value)) faults.push(`${where}: ${name}=${value} has not the form of FORMAT.md`);
  }
  for (const name of Object.keys(headers)) {
    if (!expected.has(name)) faults.push(`${where}: FORMAT.md has no header ${name} in ${headers.kind}`);
  }
  return faults;
}

export const witnessRow: Row = {
  name: 'kcat',
  claim: 'kcat reads the headers that FORMAT.md promises, and joins one file by hand',
  bar: 'every header there and of its form; the same SHA-256',
  async run({ scale, place, say }) {
    const size = Math.round(100e6 * Math.min(1, scale)) + 12_345;
    const { records, kinds, joined, faults } = await onGround({ place, say }, (ground) =>
      witness(ground, size),
    );
    const figures =
      faults === ''
        ? `${records} records (${kinds.join(', ')}) as promised; joined to ${joined}`
        : 'NOT as promised';
    return { passed: faults === '', figures, faults };
  },
};
