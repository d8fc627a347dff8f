// @ts-check
/** Resumable uploads over HTTP (tus 1.0.0, https://tus.io/protocols/resumable-upload), as far as the console needs them: each request, once. */
import { within, wordsOf } from './api.js';

/** What a server does not want: to ask again would change nothing. */
export class Refused extends Error {
  /** @param {string} message @param {number} status */
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/** What may be otherwise a moment later: no network, a server that starts and wants to know anew who asks, an upload that is still locked. */
export class Lost extends Error {}

/** Milliseconds for an answer without a body; and for one to bytes of which none goes any more: a proxy may hand all of them on only then. */
const patience = 60_000;
const standstill = 180_000;

const version = { 'Tus-Resumable': '1.0.0' };

/**
 * "Key-value pairs separated by commas. The key and value MUST be separated by a space, the value MUST be Base64 encoded."
 * @param {Readonly<Record<string, string>>} values
 */
export function metadataOf(values) {
  return Object.entries(values)
    .map(([name, value]) => `${name} ${btoa(String.fromCharCode(...new TextEncoder().encode(value)))}`)
    .join(',');
}

/**
 * Whether an answer is one that another attempt may change.
 * @param {number} status
 */
export function mayChange(status) {
  return (
    status === 0 ||
    status === 401 ||
    status === 408 ||
    status === 409 ||
    status === 423 ||
    status === 429 ||
    status >= 500
  );
}

/**
 * @typedef {object} Way
 * @property {string} csrf
 * @property {AbortSignal} signal
 */

/**
 * Where the upload is from now on.
 * @param {string} address
 * @param {number} length
 * @param {Readonly<Record<string, string>>} metadata
 * @param {Way} way
 */
export async function create(address, length, metadata, way) {
  const headers = { 'Upload-Length': String(length), 'Upload-Metadata': metadataOf(metadata) };
  const response = await ask(address, 'POST', headers, way);
  const location = response.headers.get('Location');
  if (location === null) throw new Refused('The server did not say where the file goes.', response.status);
  return new URL(location, new URL(address, document.baseURI)).href;
}

/**
 * How much of a file is there by an answer. One without it came from something in between: a page that signs in says 200 to everything, and what was
 * sent to it is nowhere.
 * @param {string | null} told
 * @param {number} least @param {number} most bytes
 */
export function offsetIn(told, least, most) {
  const offset = /^\d+$/.test(told ?? '') ? Number(told) : Number.NaN;
  if (offset >= least && offset <= most) return offset;
  throw new Lost('What answered is not the console, but something in between.');
}

/**
 * How much of it the server has; undefined: it does not know this upload any more.
 * @param {string} url
 * @param {number} length of the whole file
 * @param {Way} way
 */
export async function offsetOf(url, length, way) {
  try {
    const response = await ask(url, 'HEAD', {}, way);
    return offsetIn(response.headers.get('Upload-Offset'), 0, length);
  } catch (error) {
    if (error instanceof Refused && (error.status === 404 || error.status === 410)) return undefined;
    throw error;
  }
}

/**
 * "Terminate": what was sent of it may be thrown away.
 * @param {string} url
 * @param {Way} way
 */
export async function terminate(url, way) {
  await ask(url, 'DELETE', {}, way);
}

/**
 * @param {string} url
 * @param {string} method
 * @param {Readonly<Record<string, string>>} headers
 * @param {Way} way
 */
async function ask(url, method, headers, { csrf, signal }) {
  const all = { ...version, 'x-sluice-csrf': csrf, ...headers };
  const response = await within(patience, signal, (limited) =>
    fetch(url, { method, headers: all, signal: limited, cache: 'no-store' }),
  ).catch(() => {
    if (signal.aborted) throw signal.reason;
    throw new Lost('The server cannot be reached.');
  });
  if (response.ok) return response;
  throw errorOf(response.status, await response.text().catch(() => ''));
}

/** Of 413 without a word: ours has one. */
const tooLarge = 'A proxy before the console takes no requests of 64 MB. Whoever runs it has to allow them.';

/** @param {number} status @param {string} text */
function errorOf(status, text) {
  const words = wordsOf(text) ?? (status === 413 ? tooLarge : `The server answered ${status}.`);
  // After a restart the server knows nobody by the old one; it gives another.
  const isOld = status === 403 && words.includes('x-sluice-csrf');
  return isOld || mayChange(status) ? new Lost(words) : new Refused(words, status);
}

/** Which of the two ends of a line is gone: a browser says the same of both. @param {Blob} bytes @returns {Promise<Error>} */
export async function faultOf(bytes) {
  try {
    await bytes.slice(0, 1).arrayBuffer();
    return new Lost('The line is gone.');
  } catch {
    return new Refused('The file has changed since it was dropped, or is gone. Drop it again.', 0);
  }
}

/**
 * Sends some bytes; returns how many the server has then. By `XMLHttpRequest`, which tells how far it is, where `fetch` does not; a piece of a file
 * is read from the disk as it goes.
 * @param {string} url
 * @param {Blob} bytes
 * @param {number} offset
 * @param {Way & { readonly onProgress: (sent: number) => void }} way
 * @returns {Promise<number>}
 */
export function patch(url, bytes, offset, { csrf, signal, onProgress }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    const moves = () => {
      clearTimeout(timer);
      timer = setTimeout(stop, standstill);
    };
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    };
    moves();
    request.open('PATCH', url);
    for (const [name, value] of Object.entries({
      ...version,
      'x-sluice-csrf': csrf,
      'Upload-Offset': String(offset),
    }))
      request.setRequestHeader(name, value);
    request.setRequestHeader('Content-Type', 'application/offset+octet-stream');
    request.upload.onprogress = ({ loaded }) => {
      moves();
      onProgress(offset + loaded);
    };
    request.onload = () => {
      done();
      if (request.status < 200 || request.status >= 300)
        reject(errorOf(request.status, request.responseText));
      else
        try {
          // It took at least some of it, or there would be no end of asking.
          resolve(offsetIn(request.getResponseHeader('Upload-Offset'), offset + 1, offset + bytes.size));
        } catch (error) {
          reject(error);
        }
    };
    request.onerror = () => {
      done();
      void faultOf(bytes).then(reject);
    };
    request.onabort = () => {
      done();
      reject(signal.aborted ? signal.reason : new Lost('The line stands still.'));
    };
    if (signal.aborted) {
      done();
      return reject(signal.reason);
    }
    signal.addEventListener('abort', stop);
    request.send(bytes);
  });
}
