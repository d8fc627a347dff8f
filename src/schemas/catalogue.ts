/** The JSON Schemas that Sluice has: what they are called and of what. The schemas themselves stand in `schemas/`. Pure. */

export interface SchemaEntry {
  readonly name: string;
  /** What is of that form. */
  readonly title: string;
}

/** Of lines of `--json`, by verb; and of which type in `src/cli/json-lines.ts` they are made. */
export const eventSchemas = [
  { name: 'upload', type: 'UploadLine' },
  { name: 'download', type: 'DownloadLine' },
  { name: 'list', type: 'ListLine' },
  { name: 'verify', type: 'VerifyLine' },
  { name: 'live-publish', type: 'LivePublishLine' },
  { name: 'live-play', type: 'LivePlayLine' },
  { name: 'live-record', type: 'LiveRecordLine' },
  { name: 'live-push', type: 'LivePushLine' },
  { name: 'live-export', type: 'LiveExportLine' },
  { name: 'ingest', type: 'IngestLine' },
  { name: 'serve', type: 'ServeLine' },
  { name: 'relay-config', type: 'RelayConfigLine' },
  { name: 'topic-plan', type: 'TopicPlanLine' },
  { name: 'doctor', type: 'DoctorLine' },
  { name: 'status', type: 'StatusLine' },
  { name: 'state-show', type: 'StateShowLine' },
  { name: 'state-forget', type: 'StateForgetLine' },
  { name: 'state-rebuild', type: 'StateRebuildLine' },
  { name: 'schema', type: 'SchemaLine' },
] as const;

const titleOfEvents = (name: string): string => `A line of sluice ${name.replace('-', ' ')} --json`;

/** Of records, as FORMAT.md has them. */
export const recordSchemas = [
  { name: 'record-live-headers', title: 'Headers of a record of L (live media)' },
  { name: 'record-index', title: 'Value of a record of L.index' },
  { name: 'record-streams', title: 'Value of a record of L.streams' },
  { name: 'record-keys', title: 'Value of a record of L.keys' },
  { name: 'record-state-file', title: 'Value of a record of T.state: a file' },
  { name: 'record-state-lease', title: 'Value of a record of T.state: who has an uploader’s name' },
  { name: 'record-state-ready', title: 'Value of a record of T.state: what is told of an uploader' },
  { name: 'record-state-origin', title: 'Value of a record of T.state: since when it tells' },
] as const;

/** All of them, in the order in which they are listed. */
export const catalogue: readonly SchemaEntry[] = [
  ...eventSchemas.map(({ name }) => ({ name, title: titleOfEvents(name) })),
  ...recordSchemas,
];

/** A schema as text of JSON, as it is registered; others may only know what all do of it. */
export type Schema = Readonly<Record<string, unknown>>;
