/**
 * The records of `T.reports` and `L.reports`, compacted: what a run tells of itself for people to look at. JSON, keyed
 * `KIND/NAME`, or `KIND/NAME/INSTANCE` where several may run under one name. Nothing goes by them but what is shown. FORMAT.md, "Reports".
 */
import { z } from 'zod';
import { FormatError } from '../errors.ts';
import type { ConsumedRecord, NewRecord } from '../kafka/contract.ts';

export const reportKinds = ['uploader', 'downloader', 'publisher', 'ingest', 'server'] as const;
export type ReportKind = (typeof reportKinds)[number];

/** Of one that did not make it so many bytes of its reason are told, and so many files at most: the newest. */
const [longestReason, mostFailures, mostStreams, mostFaults] = [300, 100, 500, 5];
/** Bytes of a record's value: what does not fit is left out. */
const mostBytes = 48 * 1024;
/** What is larger is nobody's. */
const readableBytes = 1024 * 1024;

const whole = z.number().int().nonnegative();
/** So many that sums of them are numbers still. */
const amount = z.number().nonnegative().max(Number.MAX_SAFE_INTEGER);
const sentence = z.string().max(1000);

/** `UPLOADER/PATH`. */
const filePath = z
  .string()
  .max(4352)
  .regex(/^[^/]+\/./s);

const failure = z.object({
  path: filePath,
  /** `parked`: it is tried again by itself. */
  state: z.enum(['failed', 'parked']),
  reason: sentence,
  at: whole,
  upload: z.string().max(64).optional(),
});
export type ReportedFailure = z.infer<typeof failure>;

const stream = z.object({
  /** Bits a second that go to Kafka. */
  bitRate: amount.optional(),
  /** Seconds from the encoder's last byte of a part to Kafka's acknowledgement. */
  delay: amount.optional(),
  restarts: whole.optional(),
  gaps: whole.optional(),
  viewers: whole.optional(),
  renditions: z.array(z.string().max(64)).max(64).optional(),
  /** The newest sentences about what is not as it should be, the last one last. */
  faults: z.array(sentence).max(100).optional(),
});
export type ReportedStream = z.infer<typeof stream>;

const report = z.object({
  v: z.literal(1),
  /** Uploader, consumer group, stream; of a server where it listens, of an ingest its host. */
  name: z.string().min(1).max(512),
  /** `ended`: in good order. Who was killed says nothing. */
  state: z.enum(['running', 'ended']),
  version: z.string().max(64).optional(),
  host: z.string().max(255).optional(),
  pid: whole.optional(),
  /** Milliseconds since the epoch. */
  started: whole.optional(),
  /** Milliseconds without another report after which it is taken for gone. */
  lasts: whole,
  /** Why it waits, in one sentence. */
  waiting: sentence.optional(),
  /** Of those who move files. Sizes are bytes, `rate` bytes a second. */
  files: z
    .object({
      done: whole,
      bytes: whole,
      rate: amount.optional(),
      open: whole.optional(),
      openBytes: whole.optional(),
      failed: whole.optional(),
      parked: whole.optional(),
    })
    .optional(),
  /** The newest of those that did not make it, the last one last; where names are encrypted, none. */
  failures: z.array(failure).max(10_000).optional(),
  streams: z.record(z.string().max(64), stream).optional(),
  /** Of a server: where it is reached, as far as it knows. */
  url: z
    .string()
    .max(1000)
    .regex(/^https?:\/\//)
    .optional(),
});
export type Report = Omit<z.infer<typeof report>, 'v'>;

export interface ReportKey {
  readonly kind: ReportKind;
  readonly name: string;
  /** Where several may run under one name. */
  readonly instance?: string | undefined;
}

export interface ReportRecord {
  /** As it stands there. */
  readonly key: string;
  readonly kind: ReportKind;
  /** `null`: forgotten. */
  readonly report: Report | null;
}

/** How a report is keyed. */
export function reportKey({ kind, name, instance }: ReportKey): string {
  return instance === undefined ? `${kind}/${name}` : `${kind}/${name}/${instance}`;
}

/** The record, cut to what it may hold; `null` forgets. Throws FormatError for what no reader would take. */
export function encodeReport(key: ReportKey, value: Report | null): NewRecord {
  const bytes = Buffer.from(reportKey(key));
  if (value === null) return { key: bytes, value: null };
  const checked = report.safeParse({ v: 1, ...fitted(value) });
  if (!checked.success)
    throw new FormatError(`the report of ${reportKey(key)} is none`, { cause: checked.error });
  return { key: bytes, value: Buffer.from(JSON.stringify(checked.data)) };
}

/** Undefined for what a later release writes of kinds that this one does not know. Throws FormatError. */
export function decodeReport({
  key,
  value,
}: Pick<ConsumedRecord, 'key' | 'value'>): ReportRecord | undefined {
  const text = Buffer.from(key ?? []).toString();
  const kind = reportKinds.find((one) => text.startsWith(`${one}/`));
  if (kind === undefined) return undefined;
  if (value === null) return { key: text, kind, report: null };
  const what = `the report of "${text.slice(0, 200)}"`;
  if (value.length > readableBytes) throw new FormatError(`${what} is too large`);
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(value).toString());
  } catch (cause) {
    throw new FormatError(`${what} is not JSON`, { cause });
  }
  const checked = report.safeParse(json);
  if (!checked.success) throw new FormatError(`${what} is not one of ours`, { cause: checked.error });
  const { v: _, ...rest } = checked.data;
  const own = reportKey({ kind, name: rest.name });
  if (text !== own && !text.startsWith(`${own}/`))
    throw new FormatError(`${what} is one of "${rest.name.slice(0, 200)}"`);
  return { key: text, kind, report: rest };
}

/** The same, with sentences and lists cut until it fits. */
function fitted(value: Report): Report {
  const streams = streamsWithin(Object.entries(value.streams ?? {}).slice(0, mostStreams));
  const room = mostBytes - bytesOf(streams);
  let failures = (value.failures ?? [])
    .filter(({ path }) => filePath.safeParse(path).success)
    .slice(-mostFailures)
    .map((one) => ({ ...one, reason: cut(one.reason) }));
  while (failures.length > 0 && bytesOf(failures) > room)
    failures = failures.slice(Math.ceil(failures.length / 4));
  return {
    ...value,
    ...(value.waiting === undefined ? {} : { waiting: cut(value.waiting) }),
    ...(value.failures === undefined ? {} : { failures }),
    ...(value.streams === undefined ? {} : { streams: Object.fromEntries(streams) }),
  };
}

type Streams = readonly (readonly [name: string, of: ReportedStream])[];

/** Sentences go first, then names of renditions, then streams. */
function streamsWithin(streams: Streams): Streams {
  let told: Streams = streams.map(([name, of]) => [
    name,
    of.faults ? { ...of, faults: of.faults.slice(-mostFaults).map(cut) } : of,
  ]);
  for (const list of ['faults', 'renditions'] as const)
    if (bytesOf(told) > mostBytes) told = told.map(([name, of]) => [name, { ...of, [list]: undefined }]);
  while (bytesOf(told) > mostBytes) told = told.slice(0, Math.floor(told.length * 0.75));
  return told;
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

function cut(text: string): string {
  return text.length <= longestReason ? text : `${text.slice(0, longestReason - 1)}…`;
}
