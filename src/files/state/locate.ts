/** Where on a topic one version of one file begins. */
import { ConfigurationError, IncompleteError } from '../../errors.ts';
import type { Kafka, TopicDescription } from '../../kafka/contract.ts';
import { sentVersionOf } from '../../records/state-record.ts';
import type { Stripe } from '../../records/stripes.ts';
import type { Keyring } from '../shared/keyring.ts';
import { existingTopic } from '../shared/topics.ts';
import { readState } from './read-state.ts';
import { newestOf, readVersions } from './read-versions.ts';
import { type RecordsOf, standsWithin } from './standing-records.ts';

export interface WantedFile {
  readonly uploader: string;
  readonly path: string;
  /** Undefined: the newest. */
  readonly upload: string | undefined;
  /** True: also a version that is still being sent. */
  readonly follow: boolean;
}

export interface FilePlace {
  /** What the records that have its bytes say: of a copy, the id and path of another upload. */
  readonly upload: string;
  readonly path: string;
  /** Of a delta: the Kafka offset of the record that says of what it is made. */
  readonly delta?: number;
  /** Of a copy: what its bytes are to have. */
  readonly digest?: string;
  readonly partition: number;
  /** Kafka offset of the first record that has bytes of it. */
  readonly first: number;
  /** All of its records stand below this Kafka offset; undefined while it is being sent. */
  readonly until: number | undefined;
  /** It is striped: chunks stand in these partitions. */
  readonly stripes?: readonly Stripe[];
}

/**
 * Asks `T.state` first, which costs little; reads the files topic when it does not know. Throws ConfigurationError when nothing
 * is found, and IncompleteError when nothing is found that is complete, or may be followed.
 */
export async function locate(
  kafka: Kafka,
  topic: string,
  wanted: WantedFile,
  keyring: Keyring,
): Promise<FilePlace> {
  const description = await existingTopic(kafka, topic);
  const earliest = await kafka.offsets(topic, 'earliest');
  const latest = await kafka.offsets(topic, 'latest');
  const known = await knownPlaces(kafka, description, wanted, keyring);
  // An offset proves nothing where the topic has no record: retention took it, or the log was cut.
  const standing = known.find(standsWithin(earliest, latest));
  if (standing?.isSent === false && standing.stripes !== undefined) throw notFollowed(wanted);
  if (standing !== undefined) return bytesOf(wanted.path, standing, standing.isSent ? latest : undefined);
  return search(kafka, topic, wanted, known.length > 0, keyring);
}

interface KnownPlace extends RecordsOf {
  readonly upload: string;
  readonly digest?: string | undefined;
  readonly isSent: boolean;
}

type WithBytes = Pick<
  KnownPlace,
  'upload' | 'partition' | 'first' | 'of' | 'since' | 'digest' | 'stripes'
> & {
  readonly last?: number | undefined;
};

/** Where the bytes of a version are to be read from. `ends`: where partitions end, if all of it is there. */
function bytesOf(
  path: string,
  { of, digest, since, last, stripes, ...own }: WithBytes,
  ends: ReadonlyMap<number, number> | undefined,
): FilePlace {
  const { upload, partition, first } = of ?? own;
  const place = { upload, path: of?.path ?? path, partition, first, until: ends?.get(partition) };
  if (since !== undefined && last !== undefined && ends !== undefined)
    return { ...place, first: Math.min(first, since), delta: last };
  if (of === undefined) return stripes === undefined ? place : { ...place, stripes };
  return digest === undefined ? place : { ...place, digest };
}

/** Where the next chunk will come is not known. */
function notFollowed({ uploader, path }: WantedFile): IncompleteError {
  return new IncompleteError(
    `${uploader}/${path} is striped over several partitions, and cannot be followed: it can be read once all of it was sent`,
  );
}

/** What `T.state` tells of the file that would do, the best first. */
async function knownPlaces(
  kafka: Kafka,
  topic: TopicDescription,
  { uploader, path, upload, follow }: WantedFile,
  keyring: Keyring,
): Promise<KnownPlace[]> {
  // With a key, names that are hidden may be this one: nobody knows before all are read.
  const isWanted = keyring.isEmpty ? (_: string, which: string) => which === path : () => true;
  const state = (await readState(kafka, topic, { uploader, keyring, isWanted }))?.files.get(
    uploader,
    path,
  )?.state;
  if (state === undefined) return [];
  const sent = sentVersionOf(state);
  const places: KnownPlace[] = sent === undefined ? [] : [{ ...sent, isSent: true }];
  if (follow && state.state === 'sending') places.unshift({ ...state, isSent: false });
  return places.filter((place) => upload === undefined || place.upload === upload);
}

/** Reads the whole topic: versions that were given up are passed over. */
async function search(
  kafka: Kafka,
  topic: string,
  { uploader, path, upload, follow }: WantedFile,
  wasThere: boolean,
  keyring: Keyring,
): Promise<FilePlace> {
  const name = `${uploader}/${path}`;
  const isOf = (whose: string, which: string): boolean => whose === uploader && which === path;
  // Names that cannot be read are wanted too: one of them may be this file's.
  const everything = await readVersions(kafka, topic, (whose) => whose === uploader, keyring);
  const all = everything.versions.filter((version) => isOf(version.uploader, version.path));
  const versions = upload === undefined ? all : all.filter((version) => version.upload === upload);
  const sending = follow ? versions.filter(({ state }) => state === 'sending') : [];
  const newest = newestOf(versions);
  const followed = sending.find((one) => newest === undefined || one.upload > newest.upload);
  const found = followed ?? newest ?? (upload === undefined ? undefined : versions[0]);
  if (found === undefined) {
    if (everything.locked > 0 || everything.versions.some(({ locked }) => locked))
      throw new IncompleteError(
        `${name} is not among the files that can be read: others of "${uploader}" are encrypted, and ${keyring.whyLocked}`,
      );
    if (wasThere) throw new IncompleteError(`${name}: its records are not on the topic any more`);
    const version = upload === undefined ? '' : ` in version ${upload}`;
    throw new ConfigurationError(
      `${name} is not on topic ${topic}${version}: sluice list --topic ${topic} shows what is`,
    );
  }
  if (found.state === 'link' || found.state === 'folder') {
    const what = found.state === 'link' ? 'a symbolic link' : 'a folder';
    throw new ConfigurationError(`${name} is ${what}, and has no bytes`);
  }
  if (found.state === 'sending' && !follow)
    throw new IncompleteError(
      `${name} is still being sent, or was left half sent: add --follow to wait for the rest`,
    );
  if (found.state === 'sending' && found.home !== undefined)
    throw notFollowed({ uploader, path, upload, follow });
  const ends = await kafka.offsets(topic, 'latest');
  return bytesOf(path, found, found.state === 'sending' ? undefined : ends);
}
