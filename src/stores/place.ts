/**
 * Where files are, as users write it: which store, and where in it. What looks like a URL is one, and is refused when no
 * store goes by it: a folder named `s3:` is nobody's wish. Pure, but for the current folder.
 */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigurationError } from '../errors.ts';

/** A place in a store. There is one kind of store so far. */
export interface Place {
  readonly store: 'disk';
  /** As it was written; of a URL, absolute. */
  readonly path: string;
}

/** `photos:/`, `s3://`, `user@host:/`, before any other slash. One letter is a drive of Windows. */
const remote = /^[^/\\]{2,}:[/\\]/;
/** What these mean without a slash as well: `s3:bucket`. Other names with a colon are folders. */
const schemes =
  /^(?:s3[an]?|gc?s|az(?:blob|ure)?|abfss?|wasbs?|(?:web)?hdfs|b2|swift|https?|ftps?|sftp|ssh|scp|rsync|smb|nfs|davs?|webdav|file|kafka):/i;

/** What is wrong with a written place, to go on the sentence `"s3://bucket" ...`; undefined when nothing is. */
export function placeFault(written: string): string | undefined {
  const text = written.trim();
  if (text === '') return 'is empty; write a path';
  if (/^file:/i.test(text)) return fileFault(text);
  if (!remote.test(text) && !schemes.test(text)) return undefined;
  return (
    'looks like a URL, and there is no store of that kind; there are: paths (photos, /srv/photos), file:///srv/photos. ' +
    `A path of that very name is written ./${text}`
  );
}

/** Throws ConfigurationError. */
export function parsePlace(written: string): Place {
  const fault = placeFault(written);
  if (fault !== undefined) throw new ConfigurationError(`"${written}" ${fault}`);
  return { store: 'disk', path: /^\s*file:/i.test(written) ? fileURLToPath(written.trim()) : written };
}

function fileFault(text: string): string | undefined {
  const form = 'write file:///srv/photos, or a path';
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^file:[/\\]/i.test(text)) return `is no URL of a file; ${form}`;
  if (url.search !== '' || url.hash !== '')
    return 'has a ? or a #, which end a path; write %3F or %23, or a path';
  try {
    fileURLToPath(url);
    return undefined;
  } catch {
    return `is not on this machine; ${form}`;
  }
}

/** The path from the root. Throws ConfigurationError where the path begins at the current folder, and that is gone. */
export function absolutePath(path: string): string {
  try {
    return resolve(path);
  } catch (cause) {
    throw new ConfigurationError(
      `${path} begins at the current folder, which has been removed: write the whole path, or change to another folder`,
      { cause },
    );
  }
}
