/**
 * Where files are, as users write it: which store, and where in it. What looks like a URL is one, and is refused when no
 * store goes by it: a folder named `s3:` is nobody's wish. Pure, but for the current folder.
 */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigurationError } from '../errors.ts';
import { withoutSecrets } from '../secrets.ts';
import { type AzurePlace, azureForm, readAzure } from './azure/place.ts';
import { type GcsPlace, gcsForm, readGcs } from './gcs/place.ts';
import { type HdfsPlace, hdfsForm, readHdfs } from './hdfs/place.ts';
import { readS3, type S3Place, s3Form } from './s3/place.ts';

export interface DiskPlace {
  readonly store: 'disk';
  /** As it was written; of a URL, absolute. */
  readonly path: string;
}

/** A place in a store that goes by URLs. */
export type UrlPlace = S3Place | AzurePlace | GcsPlace | HdfsPlace;

/** A place in a store. */
export type Place = DiskPlace | UrlPlace;

/** A store that goes by URLs. */
interface UrlStore {
  readonly schemes: readonly string[];
  /** How its places are written. */
  readonly form: string;
  /** The place, or what is wrong with what stands behind the `//`. */
  readonly read: (rest: string, scheme: string) => UrlPlace | string;
}

const urlStores: readonly UrlStore[] = [
  { schemes: ['s3'], form: s3Form, read: readS3 },
  { schemes: ['azblob'], form: azureForm, read: readAzure },
  { schemes: ['gs'], form: gcsForm, read: readGcs },
  { schemes: ['hdfs', 'webhdfs', 'swebhdfs'], form: hdfsForm, read: readHdfs },
];

/** `photos:/`, `s3://`, `user@host:/`, before any other slash. One letter is a drive of Windows. */
const remote = /^[^/\\]{2,}:[/\\]/;
/** What these mean without a slash as well: `s3:bucket`. Other names with a colon are folders. */
const schemes =
  /^(?:s3[an]?|gc?s|az(?:blob|ure)?|abfss?|wasbs?|s?(?:web)?hdfs|b2|swift|https?|ftps?|sftp|ssh|scp|rsync|smb|nfs|davs?|webdav|file|kafka):/i;
/** The end of an address that somebody was given to open one thing by. It would be a folder's name, and be shown wherever that is. */
const signed = /[?&][\w-]*(?:signature|sig|token|delegation)=/i;
const pathForms = 'paths (photos, /srv/photos), file:///srv/photos';
const placeForms = [pathForms, ...urlStores.map(({ form }) => form)];

/** What is wrong with a written place, to go on the sentence `"ftp://host" ...`; undefined when nothing is. */
export function placeFault(written: string): string | undefined {
  const read = readUrl(written.trim());
  if (read !== undefined) return typeof read === 'string' ? read : undefined;
  return pathFault(written, placeForms.join(', '));
}

/** The same for what has to be on a disk. */
export function pathFault(written: string, forms: string = pathForms): string | undefined {
  const text = written.trim();
  if (text === '') return 'is empty; write a path';
  if (/^file:/i.test(text)) return fileFault(text);
  if (!remote.test(text) && !schemes.test(text)) return undefined;
  const what = forms === pathForms ? 'is to be a path here' : 'there is no store of that kind';
  return `looks like a URL, and ${what}; there are: ${forms}. A path of that very name is written ./${withoutSecrets(text)}`;
}

/** Throws ConfigurationError. */
export function parsePlace(written: string): Place {
  const fault = placeFault(written);
  if (fault !== undefined) throw new ConfigurationError(`"${withoutSecrets(written)}" ${fault}`);
  const read = readUrl(written.trim());
  return read === undefined || typeof read === 'string' ? { store: 'disk', path: parsePath(written) } : read;
}

/** A path, or that of a `file:` URL. Throws ConfigurationError. */
export function parsePath(written: string): string {
  const fault = pathFault(written);
  if (fault !== undefined) throw new ConfigurationError(`"${withoutSecrets(written)}" ${fault}`);
  return /^\s*file:/i.test(written) ? fileURLToPath(written.trim()) : written;
}

/** The place of a store that goes by URLs, or what is wrong with it; undefined for all else. */
function readUrl(text: string): Place | string | undefined {
  const [, scheme = '', rest = ''] = /^([a-z0-9]+):\/\/(.*)$/is.exec(text) ?? [];
  const store = urlStores.find(({ schemes }) => schemes.includes(scheme.toLowerCase()));
  if (store === undefined) return undefined;
  const read = store.read(rest, scheme.toLowerCase());
  if (typeof read === 'string' || !signed.test(rest)) return read;
  return `has a key or a token in it; they come from the environment: write ${store.form}`;
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
