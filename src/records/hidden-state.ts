/** What an uploader remembers of a file whose name is encrypted: FORMAT.md, "Encrypted names". Pure, but for chance. */
import { z } from 'zod';
import { FormatError } from '../errors.ts';
import type { NamesKey } from './names-key.ts';
import { decodeStateRecord, encodeFileState, type FileState, type SentVersion } from './state-record.ts';

/** A file's path as it stands on topics, or itself, and what is remembered of it. */
export interface NamedState {
  readonly path: string;
  readonly state: FileState;
}

const shape = z.object({ path: z.string(), state: z.string() });
const noDigest = `sha256:${'0'.repeat(64)}`;

/** Leaves in clear what readers need who have no key: where its records stand. */
export function hideState(names: NamesKey, uploader: string, { path, state }: NamedState): NamedState {
  const hash = names.pathOf(uploader, path);
  const { value } = encodeFileState(uploader, path, state);
  const hidden = names.hide(`${uploader}/${hash}`, JSON.stringify({ path, state: String(value) }));
  const { topic, upload, partition, first, last, digest, before, sealed } = state;
  const clear: FileState = {
    ...{ topic, upload, state: state.state, partition, first, last, acked: 0, hidden },
    fingerprint: { size: 0, mtime: '0', ctime: '', inode: '' },
    ...(digest === undefined ? {} : { digest: noDigest }),
    ...(before === undefined ? {} : { before: hideVersion(before) }),
    ...(sealed === undefined ? {} : { sealed }),
  };
  return { path: hash, state: clear };
}

function hideVersion({ upload, partition, first, last }: SentVersion): SentVersion {
  return { upload, partition, first, last, size: 0, mtime: '0', digest: noDigest };
}

/** Undefined for what was hidden by another key, or is not hidden. */
export function showState(
  names: NamesKey,
  uploader: string,
  { path: hash, state }: NamedState,
): NamedState | undefined {
  if (state.hidden === undefined) return undefined;
  const text = names.show(`${uploader}/${hash}`, state.hidden);
  if (text === undefined) return undefined;
  const { path, state: value } = factsOf(text);
  const key = Buffer.from(`${uploader}/${path}`);
  const shown = decodeStateRecord({ key, value: Buffer.from(value) });
  if (shown.kind !== 'file' || shown.state === null || names.pathOf(uploader, path) !== hash)
    throw new FormatError(`the state record of "${uploader}/${hash}" hides another file`);
  return { path, state: shown.state };
}

/** Whoever may read names has the key of them, and can hide anything. */
function factsOf(text: string): { readonly path: string; readonly state: string } {
  try {
    return shape.parse(JSON.parse(text));
  } catch (cause) {
    throw new FormatError('a state record hides what is none', { cause });
  }
}
