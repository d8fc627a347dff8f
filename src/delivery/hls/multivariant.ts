/** The multivariant playlist (RFC 8216bis, 4.4.6). Pure text. */
import type { RenditionFacts } from '../../records/live-record.ts';
import type { Uri } from './names.ts';

export interface Variant {
  readonly name: string;
  readonly facts: RenditionFacts;
}

export interface MultivariantOptions {
  /** The first is what players begin with that know nothing better. */
  readonly variants: readonly Variant[];
  /** The programme is over: the whole of it is there. */
  readonly over: boolean;
  /** Begin at this media sequence number. */
  readonly from?: number | undefined;
  readonly uri: Uri;
}

/** By the transfer of the picture, as 4.4.6.2 says. Of others nothing is said, which players take for SDR. */
const videoRanges: Readonly<Record<number, string>> = {
  1: 'SDR',
  6: 'SDR',
  13: 'SDR',
  14: 'SDR',
  15: 'SDR',
  16: 'PQ',
  18: 'HLG',
};

export function multivariantPlaylist({ variants, over, from, uri }: MultivariantOptions): string {
  const file = `${over ? 'vod' : 'live'}.m3u8${from === undefined ? '' : `?from=${from}`}`;
  const lines = ['#EXTM3U', '#EXT-X-VERSION:9', '#EXT-X-INDEPENDENT-SEGMENTS'];
  for (const { name, facts } of variants) {
    const { bandwidth, averageBandwidth, codecs, width, height, frameRate } = facts;
    const attributes = [
      `BANDWIDTH=${bandwidth}`,
      `AVERAGE-BANDWIDTH=${averageBandwidth}`,
      `CODECS="${codecs}"`,
    ];
    if (width > 0 && height > 0) attributes.push(`RESOLUTION=${width}x${height}`);
    if (frameRate > 0) attributes.push(`FRAME-RATE=${(frameRate / 1000).toFixed(3)}`);
    const range = facts.colours && videoRanges[facts.colours.transfer];
    if (range !== undefined) attributes.push(`VIDEO-RANGE=${range}`);
    lines.push(`#EXT-X-STREAM-INF:${attributes.join(',')}`, uri(`${name}/${file}`));
  }
  return `${lines.join('\n')}\n`;
}
