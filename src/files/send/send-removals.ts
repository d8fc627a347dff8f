/** Tells sinks what is gone from the source: many names in a record. */
import { largestValue } from '../../kafka/batch.ts';
import type { NewRecord } from '../../kafka/contract.ts';
import { type NamedVersion, namesLimit } from '../../records/name-list.ts';
import { encodeRemove, removeEntryText, removeHeaders } from '../../records/remove-record.ts';
import { sealNames } from '../../records/seal-record.ts';
import { type FileState, standingOf } from '../../records/state-record.ts';
import type { SendContext } from './send-context.ts';

/** Bytes of a record: readers hold a few of them. */
const usual = 256 * 1024;

/** A file that is gone, and what was remembered of it when that was found. */
export interface Gone {
  readonly path: string;
  readonly former: FileState;
}

/**
 * Tells of files that are gone, and remembers that. What has come back meanwhile, by another version or by one that `isBusy`, is passed over.
 * `told` is called once a record is acknowledged.
 */
export async function sendRemovals(
  context: SendContext,
  gone: readonly Gone[],
  isBusy: (path: string) => boolean,
  told: (entry: NamedVersion) => void,
): Promise<void> {
  const { state, ids, signal } = context.options;
  const most = capacity(context);
  let left = gone;
  while (left.length > 0 && !signal.aborted) {
    await state.behind.drained();
    const entries: NamedVersion[] = [];
    let bytes = 3;
    let taken = 0;
    for (const { path, former } of left) {
      // Whatever version of it comes from here on has a greater id than this one.
      const isBack = isBusy(path) || state.get(path)?.upload !== former.upload;
      const upload = isBack ? undefined : ids.next(former.upload);
      const length = upload === undefined ? 0 : Buffer.byteLength(removeEntryText({ path, upload })) + 1;
      if (entries.length > 0 && (bytes + length > most || entries.length >= namesLimit)) break;
      taken++;
      bytes += length;
      if (upload === undefined) continue;
      entries.push({ path, upload });
      begin(context, path, former, upload);
    }
    left = left.slice(taken);
    if (entries.length > 0) await sendOne(context, entries, bytes);
    for (const entry of entries) told(entry);
  }
}

/**
 * Remembers that a path is about to go, before sinks are told: a run that is killed when they are would take the file, which is back and looks as
 * it was sent, for one that they have.
 */
function begin({ options: { state } }: SendContext, path: string, former: FileState, upload: string): void {
  const { topic, fingerprint, partition, first, last } = former;
  const place = { topic, partition, first, last };
  state.set(path, { ...place, upload, state: 'aborted', fingerprint, acked: 0, ...standingOf(former) });
}

async function sendOne(context: SendContext, entries: readonly NamedVersion[], bytes: number): Promise<void> {
  const { partitions, state, topicId } = context.options;
  await state.behind.flush();
  const partition = partitions.choose();
  const { offset } = await context.append(partition, await encode(context, entries), bytes);
  const at = Math.max(0, offset);
  for (const { path, upload } of entries) {
    const begun = state.get(path);
    // A newer version of it is on its way.
    if (begun?.upload !== upload) continue;
    const { fingerprint } = begun;
    const place = { topic: topicId, partition, first: at, last: at };
    state.set(path, { ...place, upload, state: 'aborted', fingerprint, acked: 0 });
  }
}

async function encode(context: SendContext, entries: readonly NamedVersion[]): Promise<NewRecord> {
  const { uploader, encryption } = context.options;
  const record = encodeRemove(uploader, entries);
  if (encryption === undefined) return record;
  return sealNames(await encryption.recipients.newKey(), 'remove', uploader, entries.length, record);
}

/** Bytes of a list. One name always fits: the version of it did. */
function capacity({ limit, options }: SendContext): number {
  const { uploader, encryption } = options;
  const largest = largestValue(limit, { headers: removeHeaders(uploader, namesLimit) });
  return Math.min(usual, largest - (encryption?.packOverhead ?? 0));
}
