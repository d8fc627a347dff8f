/** Where on a topic one version of one file begins. */
import { ConfigurationError, FormatError } from '../errors.ts';
import type { Kafka } from '../kafka/contract.ts';
import { decodeFileRecord } from '../records/file-record.ts';
import { existingTopic, stateTopicOf } from './topics.ts';
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
    if (known !== undefined && known.topic === id && isWanted) return known;
  }
  const found = await search(kafka, topic, wanted);
  if (found !== undefined) return found;
  const version = wanted.upload === undefined ? '' : ` in version ${wanted.upload}`;
  throw new ConfigurationError(
    `${wanted.uploader}/${wanted.path} is not on topic ${topic}${version}: sluice list --topic ${topic} shows what is`,
  );
}

async function search(kafka: Kafka, topic: string, wanted: WantedFile): Promise<FilePlace | undefined> {
  const from = await kafka.offsets(topic, 'earliest');
  const until = await kafka.offsets(topic, 'latest');
  let newest: FilePlace | undefined;
  for await (const batch of kafka.consumer({ topic, from, until, onGap: () => {} })) {
    for (const record of batch.records) {
      const upload = versionIn(record, wanted);
      if (upload === undefined || (newest !== undefined && newest.upload >= upload)) continue;
      newest = { upload, partition: batch.partition, first: record.offset };
    }
    batch.release();
  }
  return newest;
}

/** The id of the wanted file's version that has bytes in this record. */
function versionIn(record: Parameters<typeof decodeFileRecord>[0], wanted: WantedFile): string | undefined {
  try {
    const decoded = decodeFileRecord(record);
    if (decoded?.uploader !== wanted.uploader || decoded.kind === 'abort') return undefined;
    const found = decoded.kind === 'pack' ? decoded.files.find(({ path }) => path === wanted.path) : decoded;
    if (found?.path !== wanted.path) return undefined;
    return wanted.upload === undefined || found.upload === wanted.upload ? found.upload : undefined;
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}
