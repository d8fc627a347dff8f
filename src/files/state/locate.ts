/** Where on a topic one version of one file begins. */
import { ConfigurationError, FormatError } from '../../errors.ts';
import type { Kafka } from '../../kafka/contract.ts';
import { decodeFileRecord } from '../../records/file-record.ts';
import { existingTopic, stateTopicOf } from '../shared/topics.ts';
import { UploadState } from './upload-state.ts';

export interface WantedFile {
  readonly uploader: string;
  readonly path: string;
  /** Undefined: the newest. */
  readonly upload: string | undefined;
}

export interface FilePlace {
  readonly upload: string;
  readonly partition: number;
  /** Kafka offset of the first record that has bytes of it. */
  readonly first: number;
}

/** Asks `T.state` first, which costs little; reads the files topic when it does not know. Throws ConfigurationError when nothing is found. */
export async function locate(kafka: Kafka, topic: string, wanted: WantedFile): Promise<FilePlace> {
  const { id } = await existingTopic(kafka, topic);
  const description = await kafka.describeTopic(stateTopicOf(topic));
  if (description !== undefined) {
    const { name, partitions } = description;
    const state = new UploadState({ kafka, topic: name, partitions, uploader: wanted.uploader });
    await state.load();
    const known = state.get(wanted.path);
    const isWanted = wanted.upload === undefined || known?.upload === wanted.upload;
    if (known !== undefined && known.topic === id && known.state !== 'aborted' && isWanted) return known;
  }
  const found = await search(kafka, topic, wanted);
  if (found !== undefined) return found;
  const version = wanted.upload === undefined ? '' : ` in version ${wanted.upload}`;
  throw new ConfigurationError(
    `${wanted.uploader}/${wanted.path} is not on topic ${topic}${version}: sluice list --topic ${topic} shows what is`,
  );
}

/** Reads the whole topic: versions that were given up are passed over. */
async function search(kafka: Kafka, topic: string, wanted: WantedFile): Promise<FilePlace | undefined> {
  const from = await kafka.offsets(topic, 'earliest');
  const until = await kafka.offsets(topic, 'latest');
  const places = new Map<string, FilePlace>();
  const aborted = new Set<string>();
  for await (const batch of kafka.consumer({ topic, from, until, onGap: () => {} })) {
    for (const record of batch.records) {
      const found = versionIn(record, wanted);
      if (found?.isAbort) aborted.add(found.upload);
      else if (found !== undefined && !places.has(found.upload))
        places.set(found.upload, { upload: found.upload, partition: batch.partition, first: record.offset });
    }
    batch.release();
  }
  const standing = [...places.values()].filter(
    ({ upload }) => upload === wanted.upload || !aborted.has(upload),
  );
  return standing.sort((a, b) => (a.upload < b.upload ? 1 : -1))[0];
}

/** The wanted file's version that this record speaks of. */
function versionIn(
  record: Parameters<typeof decodeFileRecord>[0],
  wanted: WantedFile,
): { readonly upload: string; readonly isAbort: boolean } | undefined {
  try {
    const decoded = decodeFileRecord(record);
    if (decoded?.uploader !== wanted.uploader) return undefined;
    const found = decoded.kind === 'pack' ? decoded.files.find(({ path }) => path === wanted.path) : decoded;
    if (found?.path !== wanted.path) return undefined;
    if (wanted.upload !== undefined && found.upload !== wanted.upload) return undefined;
    return { upload: found.upload, isAbort: decoded.kind === 'abort' };
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}
