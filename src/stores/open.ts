/** Opens the store that a written place names. Each store's own code, and its library, is loaded when it is opened. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { ConfigurationError } from '../errors.ts';
import type { AttributeWish, SinkAttributeWish } from './attribute-wish.ts';
import type { Sink, Source } from './contract.ts';
import { Notices } from './notices.ts';
import type { ObjectReader, ObjectWriter, PlainStore } from './objects/contract.ts';
import type { StoreOptions } from './options.ts';
import type { Patiently } from './patiently.ts';
import { type Place, parsePath, parsePlace, type UrlPlace } from './place.ts';
import type { PlainReader } from './plain-reader.ts';
import type { NameRules } from './target-name.ts';
import type { LinkChoice } from './tree-names.ts';

export interface SourceOptions extends StoreOptions {
  /** How requests are tried again. Default: they are not. */
  readonly patiently?: Patiently;
  readonly links?: LinkChoice;
  /** Whether a folder on a disk gives the folders in it too. */
  readonly folders?: boolean | undefined;
  /** Which attributes the files of a folder have. */
  readonly attributes?: AttributeWish | undefined;
}

export interface SinkOptions extends StoreOptions {
  /** The downloader's name: where several write to one place, each has what it remembers for itself. */
  readonly reader: string;
  /** The group of downloaders that it is a member of. */
  readonly group?: string | undefined;
  /** A directory for what is on its way to a store; a folder needs none. */
  readonly spill?: string;
  /** Where a folder keeps what is removed: see `DiskSinkOptions`. */
  readonly backup?: string;
  /** Which attributes files get in a folder. */
  readonly attributes?: SinkAttributeWish | undefined;
}

/** Throws ConfigurationError for a place that is of no store, missing, or not readable. */
export async function openSource(written: string, options: SourceOptions = {}): Promise<Source> {
  return openSourceAt(parsePlace(written), options);
}

export async function openSourceAt(place: Place, options: SourceOptions = {}): Promise<Source> {
  if (place.store === 'disk') {
    const { openDiskSource } = await import('./disk/source.ts');
    return openDiskSource(place.path, options);
  }
  const { openObjectSource } = await import('./objects/source.ts');
  return openObjectSource(await readerOf(place, options), options.patiently);
}

/**
 * A directory is made when missing. Throws ConfigurationError for a place that is of no store or cannot be written, and StoreFault while
 * its store is away.
 */
export async function openSink(written: string, options: SinkOptions): Promise<Sink> {
  return openSinkAt(parsePlace(written), options);
}

export async function openSinkAt(
  place: Place,
  { reader, group, spill, backup, attributes, ...options }: SinkOptions,
): Promise<Sink> {
  if (group !== undefined && spill !== undefined)
    throw new ConfigurationError(
      "--spill and --group cannot be given together: what is kept in one member's folder, no other could go on with",
    );
  if (place.store === 'disk') {
    const { openDiskSink } = await import('./disk/sink.ts');
    const member = group === undefined ? undefined : { name: group, reader };
    if (spill === undefined) return openDiskSink(place.path, { backup, group: member, attributes });
    throw new ConfigurationError('--spill is for stores: what comes for a folder is put beside it anyway');
  }
  if (backup !== undefined)
    throw new ConfigurationError('--backup-dir is for folders: nothing is removed in stores that have none');
  const { openObjectSink } = await import('./objects/sink/open-sink.ts');
  const notices = new Notices();
  const open = async (): Promise<Sink> =>
    openObjectSink(await writerOf(place, { ...options, reader }, notices), { reader, group, notices });
  if (spill === undefined) return open();
  const { SpilledSink } = await import('./spill/spilled-sink.ts');
  // The folder first: where another run has it, that one is to go on.
  const { openDiskSink } = await import('./disk/sink.ts');
  const folder = await openDiskSink(join(parsePath(spill), spillName(place, reader)));
  try {
    return new SpilledSink(await open(), folder);
  } catch (error) {
    await folder.close();
    throw error;
  }
}

/**
 * A place to put whole objects that others read. `notices` is told what it turns out not to do. A directory is made when missing. Throws
 * ConfigurationError for a place that is of no store or cannot be written, and StoreFault while its store is away.
 */
export async function openPlainStoreAt(
  place: Place,
  { reader, ...options }: StoreOptions & Pick<SinkOptions, 'reader'>,
  notices: Notices,
): Promise<PlainStore> {
  if (place.store !== 'disk') return writerOf(place, { ...options, reader }, notices);
  const { openPlainFiles } = await import('./disk/plain-files.ts');
  return openPlainFiles(place.path);
}

/** What reads whole objects below a place, and below others of the same store. Nothing is asked of it yet. Throws ConfigurationError. */
export async function openPlainReaderAt(place: Place, options: StoreOptions): Promise<PlainReader> {
  if (place.store === 'disk') return (await import('./disk/plain-reader.ts')).plainDiskReader;
  const { PlainObjects } = await import('./objects/plain-reader.ts');
  return new PlainObjects(await readerOf(place, options));
}

/** What spills belongs to one downloader to one place: others that spill into the same folder have others. */
function spillName({ url }: UrlPlace, reader: string): string {
  return createHash('sha256')
    .update(JSON.stringify([url, reader]))
    .digest('hex')
    .slice(0, 16);
}

/** What names have to be at a place, as a sink there says it. */
export function namesAt(place: Place): NameRules {
  switch (place.store) {
    case 'disk':
      return process.platform === 'win32' ? 'windows' : 'posix';
    case 's3':
    case 'gcs':
      return 'posix';
    case 'azure':
    case 'hdfs':
      return place.store;
  }
}

/** What a record of the store's own notices says of a place: paths below it that came or changed, undefined where it is no notice. Undefined where a store sends none to Kafka. */
export async function noticeReaderAt(
  place: Place,
): Promise<((text: string) => readonly string[] | undefined) | undefined> {
  if (place.store !== 's3') return undefined;
  const { noticedPaths } = await import('./s3/notices.ts');
  return (text) => noticedPaths(text, place);
}

/** Proves that a place can be written to, as {@link openSink} does, and leaves nothing behind. */
export async function trySink(place: UrlPlace, options: StoreOptions): Promise<void> {
  const { tryObjectSink } = await import('./objects/sink/open-sink.ts');
  return tryObjectSink(await writerOf(place, options, new Notices()));
}

async function readerOf(place: UrlPlace, options: StoreOptions): Promise<ObjectReader> {
  switch (place.store) {
    case 's3':
      return (await import('./s3/store.ts')).openS3Reader(place, options.s3);
    case 'azure':
      return (await import('./azure/store.ts')).openAzureReader(place);
    case 'gcs':
      return (await import('./gcs/store.ts')).openGcsReader(place, options.gcs);
    case 'hdfs':
      return (await import('./hdfs/store.ts')).openHdfsReader(place);
  }
}

async function writerOf(
  place: UrlPlace,
  options: StoreOptions & Partial<Pick<SinkOptions, 'reader'>>,
  notices: Notices,
): Promise<ObjectWriter> {
  switch (place.store) {
    case 's3':
      return (await import('./s3/store.ts')).openS3Writer(place, options.s3);
    case 'azure':
      return (await import('./azure/store.ts')).openAzureWriter(place);
    case 'gcs':
      return (await import('./gcs/store.ts')).openGcsWriter(place, options.gcs);
    case 'hdfs':
      return (await import('./hdfs/store.ts')).openHdfsWriter(place, options.reader, notices);
  }
}
