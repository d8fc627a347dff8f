// @ts-check
/** What a sender is told. Pure. */
import { Refused } from './whip.js';

/** @import { LinkState } from './link.js' */

/** Why a camera, a microphone or a screen cannot be had. @param {string} name of the error @param {'camera' | 'screen' | 'microphone'} wanted */
export function deviceProblem(name, wanted) {
  if (name === 'NotAllowedError')
    return wanted === 'screen'
      ? 'No screen was chosen.'
      : `The browser does not give this page the ${wanted}: allow it beside the address, then press again.`;
  if (name === 'NotFoundError' || name === 'OverconstrainedError')
    return `There is no ${wanted} on this device.`;
  if (name === 'NotReadableError') return `Another program uses the ${wanted}: close it, then press again.`;
  return `The ${wanted} cannot be opened (${name}).`;
}

export const insecure =
  'Browsers give cameras to pages of https:// alone (and of localhost). Open this page by https://; the server takes a certificate by --tls-cert and --tls-key.';

/** @param {LinkState | undefined} link @param {boolean} hasSource @returns {{ readonly text: string, readonly bad: boolean }} */
export function word(link, hasSource) {
  if (link === undefined || link.state === 'idle')
    return { text: hasSource ? '' : 'Choose a picture, then go live.', bad: false };
  const why = link.error === undefined ? '' : problem(link.error);
  if (link.state === 'refused') return { text: why, bad: true };
  if (link.state === 'live') return { text: 'You are live. Leave this page open.', bad: false };
  if (link.state === 'waiting')
    return { text: ['The server is out of reach. Trying again …', why].filter(Boolean).join(' '), bad: true };
  return why === '' ? { text: 'Connecting …', bad: false } : { text: `${why} Trying again …`, bad: true };
}

/** @param {Error} error */
function problem(error) {
  if (error instanceof Refused) return sentence(error.message);
  if (error.message === 'unreached')
    return 'The server answers, but pictures do not reach it: its port of UDP is closed on the way.';
  if (error.name === 'TimeoutError') return 'The server does not answer.';
  return 'The server cannot be reached.';
}

/** @param {string} text */
function sentence(text) {
  const clean = text.slice(0, 300);
  return `${clean.slice(0, 1).toUpperCase()}${clean.slice(1)}${/[.!?…]$/.test(clean) ? '' : '.'}`;
}

/** How loud: 0 to 1 of what a meter shows, from -60 to 0 decibels. @param {ArrayLike<number>} samples from -1 to 1 */
export function loudness(samples) {
  let most = 0;
  for (let index = 0; index < samples.length; index += 1)
    most = Math.max(most, Math.abs(samples[index] ?? 0));
  return most < 0.001 ? 0 : Math.min(1, 1 + Math.log10(most) / 3);
}

/**
 * What the address brings: `?stream=S`, and a key behind `#key=`, which no server is sent.
 * @param {string} search @param {string} hash
 */
export function fromAddress(search, hash) {
  const stream = new URLSearchParams(search).get('stream') ?? undefined;
  const key = new URLSearchParams(hash.replace(/^#/, '')).get('key') ?? undefined;
  return { stream, key };
}
