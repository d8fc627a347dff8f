/** The lines of media playlists, each as RFC 8216bis (draft-pantos-hls-rfc8216bis) has it. Pure: data in, text without a line end out. */

/** Numbers of seconds have five decimals: a hundredth of a millisecond, finer than any tick that is seen. */
export function seconds(value: number): string {
  return value.toFixed(5);
}

/** 4.4.4.1. `duration`: seconds. */
export function extinf(duration: number): string {
  return `#EXTINF:${seconds(duration)},`;
}

/** 4.4.4.5 */
export function map(uri: string): string {
  return `#EXT-X-MAP:URI="${uri}"`;
}

/** The last moment that a Date can hold, in milliseconds. */
const lastMoment = 8.64e15;

/** 4.4.4.6. `captured`: microseconds since the epoch of Unix. */
export function programDateTime(captured: number): string {
  return `#EXT-X-PROGRAM-DATE-TIME:${new Date(Math.min(lastMoment, Math.round(captured / 1000))).toISOString()}`;
}

export interface PartTag {
  readonly uri: string;
  /** Seconds. */
  readonly duration: number;
  readonly independent: boolean;
}

/** 4.4.4.9 */
export function part({ uri, duration, independent }: PartTag): string {
  return `#EXT-X-PART:DURATION=${seconds(duration)}${independent ? ',INDEPENDENT=YES' : ''},URI="${uri}"`;
}

export interface ServerControl {
  /** Seconds. */
  readonly holdBack: number;
  readonly partHoldBack: number;
  readonly skipUntil: number;
}

/** 4.4.3.8 */
export function serverControl({ holdBack, partHoldBack, skipUntil }: ServerControl): string {
  const limits = `PART-HOLD-BACK=${seconds(partHoldBack)},HOLD-BACK=${seconds(holdBack)},CAN-SKIP-UNTIL=${seconds(skipUntil)}`;
  return `#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,${limits}`;
}

/** 4.4.3.7. `target`: seconds. */
export function partInf(target: number): string {
  return `#EXT-X-PART-INF:PART-TARGET=${seconds(target)}`;
}

/** 4.4.5.2 */
export function skip(segments: number): string {
  return `#EXT-X-SKIP:SKIPPED-SEGMENTS=${segments}`;
}

/** 4.4.5.3 */
export function preloadHint(uri: string): string {
  return `#EXT-X-PRELOAD-HINT:TYPE=PART,URI="${uri}"`;
}

/** 4.4.5.4 */
export function renditionReport(uri: string, lastMedia: number, lastPart: number): string {
  return `#EXT-X-RENDITION-REPORT:URI="${uri}",LAST-MSN=${lastMedia},LAST-PART=${lastPart}`;
}

/** 4.4.2.2. `offset`: seconds from the playlist's beginning. */
export function start(offset: number): string {
  return `#EXT-X-START:TIME-OFFSET=${seconds(offset)},PRECISE=YES`;
}
