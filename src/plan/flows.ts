/** What goes where each second, and what it costs: the capacity model. Pure. docs/capacity.md holds it to measured runs. */
import { costs } from './costs.ts';
import type { FilesFacts, LiveFacts } from './facts.ts';
import type { DayOfFiles } from './file-records.ts';
import { partSeconds, type SecondOfStream } from './live-records.ts';

/** What moves in some span, whatever its length. */
export interface Moved {
  /** Bytes on the wire of one pass, records included. */
  readonly bytes: number;
  readonly smallFiles: number;
  readonly records: number;
}

const giga = 1e9;

/** Seconds of a core for all uploaders together; without starting. */
export function uploaderCpu({ bytes, smallFiles }: Moved): number {
  const { perGigabyte, perThousandSmall } = costs.uploader;
  return (bytes / giga) * perGigabyte + (smallFiles / 1000) * perThousandSmall;
}

/** The same of one downloader that takes all of it. `durable`: what the machine takes for a thousand files, where that was measured. */
export function downloaderCpu(
  { bytes, smallFiles }: Moved,
  durable: number = costs.durable.perThousandFiles,
): number {
  const { perGigabyte, perThousandSmall } = costs.downloader;
  return (bytes / giga) * perGigabyte + (smallFiles / 1000) * (perThousandSmall + durable);
}

/** The same of all brokers: `copies` of what comes are written, and it is read `readers` times. */
export function brokerCpu(
  { bytes, records }: Moved,
  {
    copies,
    readers,
    seconds,
  }: { readonly copies: number; readonly readers: number; readonly seconds: number },
): number {
  const { perGigabyteIn, perGigabyteOut, perThousandRecords, idle } = costs.broker;
  // A follower fetches from the leader, and writes: both sides of it.
  const copied = (copies - 1) * (perGigabyteIn + perGigabyteOut);
  const gigabytes = bytes / giga;
  return (
    gigabytes * (perGigabyteIn + copied + readers * perGigabyteOut) +
    (records / 1000) * perThousandRecords +
    seconds * idle
  );
}

export type Transport = 'll-hls' | 'websocket';

/** What viewers ask of servers in a second, and get. */
export interface Viewing {
  readonly requests: number;
  readonly messages: number;
  readonly bytes: number;
}

/** A viewer of low-latency HLS asks for a playlist and a part, as often as parts come; by WebSocket parts are sent to it. */
export function viewing(viewers: number, bitRate: number, transport: Transport): Viewing {
  const parts = viewers / partSeconds;
  const bytes = (viewers * bitRate) / 8;
  return transport === 'll-hls'
    ? { requests: 2 * parts, messages: 0, bytes: bytes + parts * besidePart }
    : { requests: 0, messages: parts, bytes };
}

/** Of a playlist that is compressed, of the heads of both requests and answers, and of TCP, both ways: measured. */
const besidePart = 2400;

/** Cores of one server. */
export function serverCpu({ requests, messages, bytes }: Viewing): number {
  const { perThousandRequests, perThousandMessages, perGigabyte, idle } = costs.server;
  return (
    (requests / 1000) * perThousandRequests +
    (messages / 1000) * perThousandMessages +
    (bytes / giga) * perGigabyte +
    idle
  );
}

/** What a cache asks of a server, for all of its viewers: each playlist and part once. */
export function throughCache(
  { streams, renditions }: Pick<LiveFacts, 'streams' | 'renditions'>,
  bitRate: number,
): Viewing {
  return viewing(streams * renditions, bitRate / renditions, 'll-hls');
}

/** Of a day of files, what moves in a second of the busiest hour. */
export function busiestSecond(
  ofDay: DayOfFiles,
  { peak }: Pick<FilesFacts, 'peak'>,
): Moved & { readonly payload: number } {
  const share = peak / 86_400;
  return {
    bytes: (ofDay.bytes + ofDay.stateBytes) * share,
    smallFiles: ofDay.smallFiles * share,
    records: (ofDay.records + ofDay.stateRecords) * share,
    payload: ofDay.payload * share,
  };
}

/** Of all streams, what moves in a second. */
export function liveSecond(second: SecondOfStream, { streams }: Pick<LiveFacts, 'streams'>): Moved {
  return {
    bytes: (second.bytes + second.indexBytes + second.claimBytes) * streams,
    smallFiles: 0,
    records: (second.records + second.indexRecords + second.claimRecords) * streams,
  };
}
