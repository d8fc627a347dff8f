/** Flows of encrypted files: keys, something to send, and what a stranger finds on the topics. */
import { catFrom } from '../../src/files/cat.ts';
import { listFrom } from '../../src/files/list.ts';
import type { CatOptions, ListedFile, ListOptions } from '../../src/files/shared/reading-options.ts';
import { type AgeKeys, ageKeys } from './age-keys.ts';
import { Flow, noise } from './flow.ts';
import { temporaryFolder } from './folder.ts';

export const small: { readonly packBelow: number } = { packBelow: 2000 };
/** A key takes half a kilobyte of each record. */
const limit = { maxMessageBytes: 4096 };

export interface EncryptedFlow {
  readonly flow: Flow;
  readonly folder: string;
  readonly anna: AgeKeys;
  readonly bert: AgeKeys;
}

export async function encryptedFlow(t: Parameters<typeof temporaryFolder>[0]): Promise<EncryptedFlow> {
  const folder = await temporaryFolder(t);
  const flow = new Flow(limit);
  return { flow, folder, anna: await ageKeys(folder, 'anna'), bert: await ageKeys(folder, 'bert') };
}

export function fill(flow: Flow): void {
  flow.source.write(
    'reports/the yearly report.txt',
    Buffer.from('all of our secrets, line by line\n'.repeat(400)),
  );
  flow.source.write('large.bin', noise(20_000));
  flow.source.write('empty', Buffer.alloc(0));
  for (let index = 0; index < 60; index++) flow.source.write(`small/${index}.json`, noise(40 + index));
}

/** All that stands on both topics: keys, values, header names and values. */
export async function everything(flow: Flow): Promise<Buffer> {
  const records = [...(await flow.records()), ...(await flow.records(`${flow.topic}.state`))];
  const pieces = records.flatMap(({ key, value, headers }) => [
    key ?? Buffer.alloc(0),
    value ?? Buffer.alloc(0),
    ...headers.flatMap(([name, text]) => [Buffer.from(name), text]),
  ]);
  return Buffer.concat(pieces);
}

/** Pieces of 16 bytes of the source's files, and of their names where asked, that stand there in clear. */
export async function inClear(flow: Flow, options: { readonly names: boolean }): Promise<string[]> {
  const all = await everything(flow);
  const found: string[] = [];
  for (const path of flow.source.paths()) {
    const bytes = Buffer.from(flow.source.bytes(path));
    for (let at = 0; at + 16 <= bytes.length; at += 7) {
      if (all.includes(bytes.subarray(at, at + 16))) found.push(`${path} at ${at}`);
    }
    if (options.names && all.includes(path)) found.push(path);
  }
  return found;
}

export function list(flow: Flow, options: Partial<ListOptions> = {}): Promise<ListedFile[]> {
  return listFrom(flow.cluster.client(), { kafka: {}, topic: flow.topic, ...options });
}

export async function cat(flow: Flow, path: string, options: Partial<CatOptions> = {}): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const file = `${flow.uploader}/${path}`;
  for await (const piece of catFrom(flow.cluster.client(), {
    kafka: {},
    topic: flow.topic,
    file,
    ...options,
  }))
    pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}
