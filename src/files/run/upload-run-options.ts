/** What a run of an uploader is given. */
import type { Kafka, Producer, TopicDescription } from '../../kafka/contract.ts';
import type { Selection, Source } from '../../stores/contract.ts';
import type { Notices } from '../find/bucket-notices.ts';
import type { Encryption } from '../shared/encryption.ts';
import type { UploadSettings } from '../shared/options.ts';
import type { Progress } from '../shared/progress.ts';
import type { UploadState } from '../state/upload-state.ts';

export interface UploadRunOptions {
  readonly kafka: Kafka;
  readonly source: Source;
  readonly settings: UploadSettings;
  readonly selection: Selection;
  readonly progress: Progress;
  readonly state: UploadState;
  readonly encryption: Encryption | undefined;
  readonly topic: TopicDescription;
  /** Closed by the run. */
  readonly producer: Producer;
  /** Aborted by the user's signal, and by the run itself when it fails. */
  readonly stop: AbortController;
  readonly notices?: Notices | undefined;
  /** Milliseconds so far for which the source's store has been waited for. */
  readonly waited?: () => number;
}
