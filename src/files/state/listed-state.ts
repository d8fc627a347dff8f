/** What `T.state` tells of a file, as it is listed; which of its bytes the topic has lost. */
import { sentVersionOf } from '../../records/state-record.ts';
import { versionOf } from '../../records/upload-id.ts';
import type { ListedFile } from '../shared/reading-options.ts';
import { listedDate, listedMtime, listedRate } from './listed-facts.ts';
import { type RecordsOf, standsWithin } from './standing-records.ts';
import type { StateEntry } from './state-entries.ts';

/** A listed version, and where its records stand or stood, as `T.state` tells. */
export interface Placed extends ListedFile {
  readonly place: RecordsOf;
}
export type MaybePlaced = ListedFile & Partial<Placed>;

/** What a topic holds: Kafka offsets by partition. */
export interface Held {
  readonly earliest: ReadonlyMap<number, number>;
  readonly latest: ReadonlyMap<number, number>;
}

/** The versions of a file that its uploader remembers: the one that is being sent or was given up, and the newest that was sent. */
export function listedOf({ uploader, path, state, at, isLocked, isShown }: StateEntry, held: Held): Placed[] {
  const marks = {
    ...(state.sealed === undefined ? {} : { encrypted: true as const }),
    ...(isLocked ? { locked: true as const } : {}),
  };
  const stands = standsWithin(held.earliest, held.latest);
  const placed: Placed[] = [];
  if (state.kind !== undefined && state.state === 'sent') {
    const { upload, fingerprint } = state;
    const facts = { size: 0, digest: '', mtime: listedMtime(fingerprint.mtime), sentAt: listedDate(at) };
    return [{ uploader, path, upload, ...facts, ...marks, state: state.kind, place: state }];
  }
  const sent = sentVersionOf(state);
  if (sent !== undefined) {
    const { upload, size } = sent;
    // In its place stands what tells nothing to whoever lists.
    const digest = state.sealed === undefined || isShown ? sent.digest : '';
    const sentAt = listedDate(state.state === 'sent' ? at : versionOf(upload) / 1000);
    const facts = { uploader, path, upload, size, digest, mtime: listedMtime(sent.mtime), sentAt, ...marks };
    placed.push({ ...facts, state: stands(sent) ? 'complete' : 'incomplete', place: sent });
  }
  // The same version is remembered as sent, and is to be sent again.
  if (state.state !== 'sent' && sent?.upload !== state.upload) {
    const { upload, acked: done, fingerprint } = state;
    const { size, mtime } = fingerprint;
    const facts = { uploader, path, upload, size, digest: '', mtime: listedMtime(mtime), ...marks };
    const listed = { ...facts, sentAt: listedDate(at), place: state };
    const goesOn = { done, ...listedRate(done, versionOf(upload) / 1000, at) };
    if (state.state === 'aborted') placed.push({ ...listed, state: 'aborted' });
    else if (!stands(state)) placed.push({ ...listed, state: 'incomplete' });
    else placed.push({ ...listed, ...(isLocked ? {} : goesOn), state: 'sending' });
  }
  return placed;
}
