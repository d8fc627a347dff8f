/**
 * What `--json` prints, line by line, by verb: types alone. `npm run schemas` makes the JSON Schemas of `schemas/` of them, so that an event with another
 * field is another schema.
 */
import type { ExportEvent, ExportSummary } from '../delivery/export/options.ts';
import type { ServeEvent } from '../delivery/serve-options.ts';
import type { DownloadEvent, UploadEvent } from '../files/shared/events.ts';
import type { DownloadSummary, UploadSummary } from '../files/shared/options.ts';
import type { ListedFile } from '../files/shared/reading-options.ts';
import type { RememberedFile, UploaderState } from '../files/show-state.ts';
import type { Verified } from '../files/verify.ts';
import type { IngestEvent } from '../live/ingest/events.ts';
import type { PlayEvent } from '../live/play/options.ts';
import type { PublishEvent } from '../live/publish/events.ts';
import type { PublishSummary } from '../live/publish/options.ts';
import type { PushEvent, PushSummary } from '../live/push/options.ts';
import type { RecordEvent, RecordSummary } from '../live/record/options.ts';
import type { Need, PlannedQuota, PlannedSetting, PlannedTopic } from '../plan/facts.ts';
import type { RelayLine } from '../relay/line.ts';
import type { Registered } from '../schemas/registry.ts';
import type { Finding } from './doctor/finding.ts';
import type { ScheduleEvent } from './schedule/run-by-schedule.ts';
import type { RunStatus } from './status/run-status.ts';

/** The last line of what failed. */
export interface ErrorLine {
  readonly type: 'error';
  readonly message: string;
  readonly exitCode: number;
}

interface Ends<V extends string> {
  readonly type: 'summary';
  readonly verb: V;
}

type Scheduled<V extends string> = ScheduleEvent & { readonly verb: V };

/** How much is not as it should be. */
interface Tally {
  readonly problems: number;
  readonly warnings: number;
}

export type UploadLine = UploadEvent | (Ends<'upload'> & UploadSummary) | Scheduled<'upload'> | ErrorLine;
export type DownloadLine =
  | DownloadEvent
  | (Ends<'download'> & DownloadSummary)
  | Scheduled<'download'>
  | ErrorLine;
export type ListLine = ListedFile | ErrorLine;
export type VerifyLine = Verified | ErrorLine;
export type StateShowLine = UploaderState | RememberedFile | ErrorLine;
export type StatusLine = RunStatus | { readonly type: 'no-answer'; readonly pid: number } | ErrorLine;
export type DoctorLine = ({ readonly type: 'finding' } & Finding) | (Ends<'doctor'> & Tally) | ErrorLine;
export type RelayConfigLine = ({ readonly type: 'property' } & RelayLine) | ErrorLine;
export type TopicPlanLine =
  | ({ readonly type: 'topic' } & PlannedTopic)
  | ({ readonly type: 'broker-setting' } & PlannedSetting)
  | ({ readonly type: 'quota' } & PlannedQuota)
  | ({ readonly type: 'need' } & Need)
  | { readonly type: 'warning'; readonly message: string }
  | ({ readonly type: 'finding' } & Finding)
  | (Ends<'topic plan'> & Tally)
  | ErrorLine;
export type LivePublishLine = PublishEvent | (Ends<'live publish'> & PublishSummary) | ErrorLine;
export type LivePlayLine = PlayEvent | ErrorLine;
export type LiveRecordLine = RecordEvent | (Ends<'live record'> & RecordSummary) | ErrorLine;
export type LivePushLine = PushEvent | (Ends<'live push'> & PushSummary) | ErrorLine;
export type LiveExportLine = ExportEvent | (Ends<'live export'> & ExportSummary) | ErrorLine;
export type IngestLine = IngestEvent | ErrorLine;
export type ServeLine = ServeEvent | ErrorLine;
export type StateForgetLine =
  | { readonly type: 'forgotten'; readonly uploader: string; readonly path?: string; readonly files: number }
  | ErrorLine;
export type StateRebuildLine =
  | { readonly type: 'rebuilt'; readonly uploader: string; readonly files: number }
  | ErrorLine;
export type SchemaLine =
  | { readonly type: 'schema'; readonly name: string; readonly title: string }
  | ({ readonly type: 'registered' } & Registered)
  | ErrorLine;
