/**
 * What FFmpeg's demuxer plays of a manifest (mpv, ffplay, VLC where it asks FFmpeg): a period of its own, which it alone takes for
 * one. It counts live segments from `availabilityStartTime`, whatever a period's start says; goes back to where it began whenever two
 * segments of a SegmentTimeline begin within one second; plays one period, of the longest `duration` the last; and takes sound for
 * picture where both are in one representation. It compares names without their namespace and without regard to case; any other
 * player passes this period over, as XML asks (ADR 125). Pure text.
 */
import { initName, segmentName, type Uri } from '../hls/names.ts';
import type { TrackKind } from './one-track.ts';
import type { Variant } from './period.ts';
import type { Run } from './runs.ts';
import { type Attributes, element } from './xml.ts';

/** To be declared on the MPD, or on what is in it. */
export const ffmpegNamespace: Attributes = { 'xmlns:ffmpeg': 'urn:sluice:ffmpeg' };

/** The longest `minBufferTime` with which it begins where it should: seconds. */
export const ffmpegMinBuffer = 1.9;

/** Segments before the newest one with which it begins. */
const behind = 3;

/** To be counted by ones from here (some releases: from the next one): no clock ever reaches the end of the first. */
export function countingFrom({ first, last }: Run): Attributes {
  return {
    timescale: 1,
    duration: 1_000_000_000_000,
    startNumber: Math.max(first.media, last.media - behind),
  };
}

export interface FfmpegPeriodOptions {
  readonly epoch: number;
  readonly variants: readonly Variant[];
  readonly template: Attributes;
  /** Of what is over: entries of its SegmentTimeline. */
  readonly timeline?: readonly Attributes[];
  readonly uri: Uri;
  /** Segments stand with both tracks alone: it reads each twice, once for either init (ADR 373). */
  readonly areWhole?: boolean;
}

export function ffmpegPeriod(options: FfmpegPeriodOptions): string[] {
  const { epoch, variants, template, timeline, uri, areWhole = false } = options;
  const entries =
    timeline &&
    own(
      'segmentTimeline',
      {},
      timeline.flatMap((each) => own('s', each)),
    );
  const representation = ({ name, facts: { width, height, bandwidth } }: Variant, kind: TrackKind) => {
    const picture = kind === 'video' ? { width, height } : {};
    const names = {
      initialization: uri(`${name}/${trackInitName(kind, epoch)}`),
      media: uri(`${name}/${areWhole ? '' : `${kind}-`}${segmentName(epoch, '$Number$')}`),
    };
    return own(
      'representation',
      { id: name, bandwidth, ...picture },
      own('segmentTemplate', { ...template, ...names }, entries),
    );
  };
  const set = (kind: TrackKind, of: readonly Variant[]) => {
    const representations = of.flatMap((variant) => representation(variant, kind));
    return of.length === 0 ? [] : own('adaptationSet', { mimeType: `${kind}/mp4` }, representations);
  };
  const { video: pictures, audio: sounds } = tracksOf(variants);
  return own('period', { Duration: longest }, [...set('video', pictures), ...set('audio', sounds)]);
}

/** Renditions by what FFmpeg is to take of them. All have the same sound. */
export function tracksOf(variants: readonly Variant[]): Readonly<Record<TrackKind, readonly Variant[]>> {
  return {
    video: variants.filter(({ facts }) => facts.width > 0),
    audio: variants.filter(({ facts }) => hasSound(facts.codecs)).slice(-1),
  };
}

/** An init with one track alone, in the folder of its rendition. */
export function trackInitName(kind: TrackKind, epoch: number): string {
  return `${kind}-${initName(epoch)}`;
}

/**
 * A period without anything, which FFmpeg takes for the only one, and ends. Of files that grow it would ask for what is not there yet, without a pause and by
 * hundreds a second (ADR 373).
 */
export function nothingForFfmpeg(): string[] {
  return element('ffmpeg:period', { ...ffmpegNamespace, 'ffmpeg:Duration': longest });
}

/** Longer than any other. */
const longest = 'PT4000000000S';

/** Codecs of pictures are those that `live/mp4/codec.ts` knows. */
function hasSound(codecs: string): boolean {
  return codecs.split(',').some((codec) => !/^(?:avc|hvc|hev|av01)/.test(codec));
}

function own(name: string, attributes: Attributes, body?: readonly string[]): string[] {
  const prefixed = Object.entries(attributes).map(([key, value]) => [`ffmpeg:${key}`, value]);
  return element(`ffmpeg:${name}`, Object.fromEntries(prefixed), body);
}
