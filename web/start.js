// @ts-check
/**
 * The first thing that runs, and it is small: which stream the address names, or which one alone is live, and its first bytes asked
 * for while everything else is being loaded.
 */

import { recall } from './dom.js';
import { Prefetch } from './prefetch.js';
import { serversOf } from './servers.js';

/** @import { StreamInfo } from './streams.js' */

/** @typedef {{ readonly streams: readonly StreamInfo[], readonly servers?: readonly string[], readonly reports?: boolean }} StreamsAnswer */

export const address = new URL(location.href);
export const servers = serversOf(address, new URL('./', document.baseURI).href);
export const prefetch = new Prefetch();

/** Begins by playlists, as all do that were not told to take the WebSocket. */
const byPlaylists = (address.searchParams.get('latency') ?? recall('latency')) !== 'lowest';
const named = address.searchParams.get('stream');
if (named !== null && byPlaylists) void prefetch.begin(servers, named);

/** What `/api/streams` says; undefined when it could not be asked. */
export const firstAnswer = servers.json('api/streams').then(
  (answer) => {
    const found = /** @type {StreamsAnswer} */ (answer);
    const only = onlyLive(found.streams);
    if (named === null && only !== undefined && byPlaylists) void prefetch.begin(servers, only.name);
    return found;
  },
  () => undefined,
);

/**
 * The one stream that is live, if it is the only one: it begins by itself.
 * @param {readonly StreamInfo[]} streams
 */
export function onlyLive(streams) {
  const live = streams.filter(({ state }) => state === 'live');
  return live.length === 1 ? live[0] : undefined;
}
