/**
 * Finds out from the files topic itself what an uploader has sent, for when `T.state` is gone. Times and inodes of the
 * files are not on the topic; the files are compared by their digests then, and not sent again.
 */
import { FormatError } from '../../errors.ts';
import type { Kafka, TopicDescription } from '../../kafka/contract.ts';
import type { FileFacts } from '../../records/file-facts.ts';
import type { Ending } from '../../records/file-record.ts';
import { isOfVersions } from '../../records/names-record.ts';
import type { FileState } from '../../records/state-record.ts';
import { decodeTopicRecord } from '../../records/topic-record.ts';
import { marksOf } from './fingerprint.ts';
import { sinceHere, sourceHere } from './made-here.ts';
import { StandingPlaces } from './standing-places.ts';

export interface RebuiltState {
  /** The newest sent version of each path. */
  readonly files: Map<string, FileState>;
  /** Closing records and packs of which nobody knows what they say, for they are encrypted. */
  readonly sealed: number;
  readonly places: StandingPlaces;
}

/** What `uploader` sent, as the topic tells. Reads its partitions up to the offsets of `until`. */
export async function rebuildState(
  kafka: Kafka,
  topic: TopicDescription,
  uploader: string,
  until: ReadonlyMap<number, number>,
): Promise<RebuiltState> {
  const earliest = await kafka.offsets(topic.name, 'earliest');
  const from = new Map([...until.keys()].map((partition) => [partition, earliest.get(partition) ?? 0]));
  const found = new Map<string, FileState>();
  const firsts = new Map<string, number>();
  const places = new StandingPlaces();
  let sealed = 0;
  const note = (
    path: string,
    upload: string,
    facts: FileFacts,
    partition: number,
    first: number,
    last: number,
    made: Pick<FileState, 'of' | 'since' | 'stripes'> = {},
  ): void => {
    const known = found.get(path);
    if (known !== undefined && known.upload >= upload) return;
    const look = { size: facts.size, mtime: facts.mtime, ctime: '', inode: '' };
    const fingerprint = { ...look, ...marksOf(facts.attributes) };
    const sent = { topic: topic.id, upload, state: 'sent' as const, fingerprint, partition, first, last };
    found.set(path, { ...sent, acked: facts.size, digest: facts.digest, ...made });
  };
  /** What went at the source has no file, nor has a link or a folder, which is sent anew; its id counts. */
  const noteGone = (path: string, upload: string, partition: number, offset: number): void => {
    const known = found.get(path);
    if (known !== undefined && known.upload >= upload) return;
    const fingerprint = { size: 0, mtime: '0', ctime: '', inode: '' };
    const gone = { topic: topic.id, upload, state: 'aborted' as const, fingerprint, partition };
    found.set(path, { ...gone, first: offset, last: offset, acked: 0 });
  };
  for await (const batch of kafka.consumer({ topic: topic.name, from, until, onGap: () => {} })) {
    for (const record of batch.records) {
      try {
        const decoded = decodeTopicRecord(record);
        if (decoded?.uploader !== uploader) continue;
        if (decoded.kind === 'sealed') {
          if (decoded.of === 'close' || decoded.of === 'pack') sealed++;
          if (decoded.of === 'chunk' || decoded.of === 'close')
            places.see(decoded.upload, batch.partition, record.offset, decoded.of === 'close');
        } else if (decoded.kind === 'pack') {
          for (const file of decoded.files) {
            places.take(file.upload, file.size, batch.partition, record.offset, [0, file.size]);
            note(file.path, file.upload, file, batch.partition, record.offset, record.offset);
          }
        } else if (isOfVersions(decoded)) {
          for (const { path, upload } of decoded.entries)
            noteGone(path, upload, batch.partition, record.offset);
        } else if (decoded.kind === 'hard-link') {
          // Told again: it is part of no version.
        } else if (decoded.kind === 'chunk') {
          const isHome = (decoded.home ?? batch.partition) === batch.partition;
          const { upload, size, offset, bytes } = decoded;
          places.take(upload, size, batch.partition, record.offset, [offset, offset + bytes.length]);
          if (isHome && !firsts.has(decoded.upload)) firsts.set(decoded.upload, record.offset);
        } else {
          const first = firsts.get(decoded.upload) ?? record.offset;
          firsts.delete(decoded.upload);
          if (decoded.kind === 'abort') continue;
          note(
            decoded.path,
            decoded.upload,
            decoded,
            batch.partition,
            first,
            record.offset,
            madeOf(decoded, first, places),
          );
        }
      } catch (error) {
        if (!(error instanceof FormatError)) throw error;
      }
    }
    batch.release();
  }
  for (const [path, file] of found) {
    const own = places.get(file.upload);
    if (file.stripes === undefined || own === undefined || !own.ranges.covers(own.size)) continue;
    found.set(path, { ...file, stripes: own.standing.all });
  }
  return { files: found, sealed, places };
}

/** Whose bytes a version has, as its state tells. */
function madeOf(
  ending: Ending,
  first: number,
  places: StandingPlaces,
): Pick<FileState, 'of' | 'since' | 'stripes'> {
  const seen = ({ upload }: { readonly upload: string }) => places.get(upload);
  if (ending.kind === 'copy') return { of: sourceHere(ending.of, seen(ending.of)) };
  if (ending.kind === 'delta') return { since: Math.min(first, sinceHere(ending.parts, seen)) };
  if (ending.stripes === undefined) return {};
  // What is told of partitions that are read later is put right when all are.
  return { stripes: ending.stripes };
}
