/**
 * Sluice as a library: files of any size through Apache Kafka. The command line is made of these same functions.
 * Everything takes one options object, an `AbortSignal` in it, and says what it does through `onEvent`.
 */
export { ConfigurationError, FormatError, IncompleteError, SluiceError, UnreachableError } from './errors.ts';
export { cat } from './files/cat.ts';
export { download } from './files/download.ts';
export type * from './files/events.ts';
export { list } from './files/list.ts';
export {
  type CatOptions,
  type DownloadOptions,
  type DownloadSummary,
  downloadDefaults,
  type ListedFile,
  type ListOptions,
  type TopicOptions,
  type UploadOptions,
  type UploadSummary,
  uploadDefaults,
} from './files/options.ts';
export { upload } from './files/upload.ts';
export { type Compression, compressions, KafkaError, type KafkaErrorKind } from './kafka/contract.ts';
export type { ClientProperties } from './kafka/properties.ts';
export { type ChecksumAlgorithm, checksumAlgorithms } from './records/checksum.ts';
