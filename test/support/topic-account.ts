/** What a topic holds, added up by its headers and by the index of its packs (FORMAT.md), as kcat reads them. */
import { type ReadOptions, topicRecords } from './topic-records.ts';

export interface TopicAccount {
  readonly records: number;
  /** Partitions that hold records. */
  readonly partitions: ReadonlySet<number>;
  /** Bytes of all chunks, those that came twice included. */
  readonly chunkBytes: number;
  /** `UPLOADER/PATH` -> how often it is said to be complete: its closing records, and its entries in packs. */
  readonly closed: ReadonlyMap<string, number>;
  /** `UPLOADER/PATH` -> the digest in the newest of these. */
  readonly digests: ReadonlyMap<string, string>;
  /** `UPLOADER/PATH` -> its chunks, those that came twice included. */
  readonly chunks: ReadonlyMap<string, number>;
  /** Ids of all uploads that have a chunk. */
  readonly uploads: ReadonlySet<string>;
  readonly aborts: number;
}

/** Reads the topic from its beginning to its end. */
export async function accountOf(options: Omit<ReadOptions, 'values'>): Promise<TopicAccount> {
  let records = 0;
  let chunkBytes = 0;
  let aborts = 0;
  const partitions = new Set<number>();
  const closed = new Map<string, number>();
  const digests = new Map<string, string>();
  const chunks = new Map<string, number>();
  const uploads = new Set<string>();
  const close = (name: string, digest: string): void => {
    closed.set(name, (closed.get(name) ?? 0) + 1);
    digests.set(name, digest);
  };
  for await (const { partition, headers, size, value } of topicRecords({ ...options, values: true })) {
    records++;
    partitions.add(partition);
    const { kind, uploader = '', path = '', upload = '', digest = '', index = '' } = headers;
    if (kind === 'chunk') {
      chunkBytes += size;
      uploads.add(upload);
      const name = `${uploader}/${path}`;
      chunks.set(name, (chunks.get(name) ?? 0) + 1);
    } else if (kind === 'close') close(`${uploader}/${path}`, digest);
    else if (kind === 'abort') aborts++;
    else if (kind === 'pack') {
      for (const entry of packIndexOf(value, Number(index))) close(`${uploader}/${entry.path}`, entry.digest);
    } else throw new Error(`a record of kind "${kind}" is not in FORMAT.md`);
  }
  return { records, partitions, chunkBytes, closed, digests, chunks, uploads, aborts };
}

function packIndexOf(value: Buffer | undefined, length: number): { path: string; digest: string }[] {
  if (value === undefined) throw new Error('a pack without its value');
  return JSON.parse(value.toString('utf8', 0, length));
}
