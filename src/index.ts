/**
 * Sluice as a library: files of any size and live video through Apache Kafka. The command line is made of these same functions.
 * Everything takes one options object, an `AbortSignal` in it, and says what it does through `onEvent`.
 */
export { type ConsoleBeside, type ConsoleBesideOptions, consoleBeside } from './console/beside.ts';
export { type Role, roles } from './console/contract.ts';
export { makeConsoleToken } from './console/http/access/tokens.ts';
export { openConsole, type RunningConsole } from './console/open.ts';
export {
  type ConsoleEvent,
  type ConsoleOptions,
  type ConsoleRoutesOptions,
  consoleDefaults,
} from './console/options.ts';
export { exportStream } from './delivery/export/export.ts';
export {
  type ExportEvent,
  type ExportOptions,
  type ExportSummary,
  exportDefaults,
} from './delivery/export/options.ts';
export type { DeliveryOptions, TlsOptions } from './delivery/http/options.ts';
export { addPublishPage } from './delivery/http/publish-page.ts';
export { makeToken } from './delivery/http/tokens.ts';
export { type RunningServer, serve } from './delivery/serve.ts';
export { type ServeEvent, type ServeOptions, serveDefaults } from './delivery/serve-options.ts';
export { ConfigurationError, FormatError, IncompleteError, SluiceError, UnreachableError } from './errors.ts';
export type { FiguresEvent, FiguresOptions } from './figures/options.ts';
export { cat } from './files/cat.ts';
export { type ChangedState, forgetState, rebuildState } from './files/change-state.ts';
export { download } from './files/download.ts';
export { list } from './files/list.ts';
export type * from './files/shared/events.ts';
export {
  type DownloadOptions,
  type DownloadSummary,
  downloadDefaults,
  type TopicOptions,
  type UploadOptions,
  type UploadSummary,
  uploadDefaults,
} from './files/shared/options.ts';
export type { CatOptions, ListedFile, ListOptions, VerifyOptions } from './files/shared/reading-options.ts';
export type { ChangeStateOptions, ForgetStateOptions, StateOptions } from './files/shared/state-options.ts';
export type * from './files/shared/tree-events.ts';
export { type RememberedFile, showState, type UploaderState } from './files/show-state.ts';
export { upload } from './files/upload.ts';
export { type Verified, verify } from './files/verify.ts';
export { type Compression, compressions, KafkaError, type KafkaErrorKind } from './kafka/contract.ts';
export type { ClientProperties } from './kafka/properties.ts';
export {
  type EncoderOptions,
  encoderDefaults,
  type RenditionOptions,
  type Size,
} from './live/encode/options.ts';
export type * from './live/ingest/events.ts';
export { ingest, type RunningIngest } from './live/ingest/ingest.ts';
export {
  type AddKeyOptions,
  addKey,
  type KeyOptions,
  listKeys,
  type NewSenderKey,
  removeKeys,
  type WhichKeys,
} from './live/ingest/keys/manage-keys.ts';
export { type IngestOptions, ingestDefaults, type TlsFiles } from './live/ingest/options.ts';
export {
  type LivePlace,
  type PlayEvent,
  type PlayOptions,
  playDefaults,
} from './live/play/options.ts';
export { play } from './live/play/play.ts';
export type * from './live/publish/events.ts';
export {
  type PublishOptions,
  type PublishSummary,
  publishDefaults,
  type StreamOptions,
} from './live/publish/options.ts';
export { publish } from './live/publish/publish.ts';
export {
  type PushEvent,
  type PushedTarget,
  type PushOptions,
  type PushSummary,
  pushDefaults,
} from './live/push/options.ts';
export { push } from './live/push/push.ts';
export {
  type RecordEvent,
  type RecordedFile,
  type RecordOptions,
  type RecordSummary,
  recordDefaults,
} from './live/record/options.ts';
export { record } from './live/record/record.ts';
export { type ChecksumAlgorithm, checksumAlgorithms } from './records/checksum.ts';
export { relayConfig } from './relay/config.ts';
export { type RelayLine, relayText } from './relay/line.ts';
export { type RelayCluster, type RelayOptions, relayDefaults } from './relay/options.ts';
export type { S3Options } from './stores/s3/options.ts';
