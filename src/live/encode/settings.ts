/** Options, checked and completed. Pure. */
import { ConfigurationError } from '../../errors.ts';
import { isRenditionName } from '../../records/live-names.ts';
import { kindOfInput } from './input.ts';
import {
  type EncoderOptions,
  type EncoderSettings,
  encoderDefaults,
  type RenditionOptions,
} from './options.ts';
import type { SourceFacts } from './probe.ts';

/**
 * `source`: what is known of the input; without it, it is taken to have a picture, and to have sound perhaps.
 * Throws ConfigurationError for options that contradict one another.
 */
export function completeOptions(options: EncoderOptions, source?: SourceFacts): EncoderSettings {
  const given = { ...encoderDefaults, ...options };
  const { input, inputOptions, videoCodec } = given;
  if (input === '') throw new ConfigurationError('the input has no name');
  const kind = kindOfInput(input, inputOptions);
  const settings: EncoderSettings = {
    ...given,
    videoCodec: source !== undefined && source.video === undefined ? 'none' : videoCodec,
    audioCodec: soundCodec(given, source),
    rate: options.rate ?? sourceRate(source?.video?.rate, videoCodec),
    realTime: options.realTime ?? (kind === 'file' || kind === 'test'),
    keyframeInterval: options.keyframeInterval ?? given.segmentTarget,
  };
  checkCodecs(settings, kind === 'test');
  checkRenditions(settings.renditions, settings.videoCodec);
  return settings;
}

/** FFmpeg can take the heads off AAC once: where a file begins again its filter has ended, and all sound after that is lost. */
export function mustEncodeSound(
  { audioCodec, loop }: Pick<EncoderOptions, 'audioCodec' | 'loop'>,
  source: SourceFacts | undefined,
): boolean {
  return audioCodec === 'copy' && loop === true && source?.audio?.isHeaded === true;
}

function soundCodec(
  given: Pick<EncoderSettings, 'audioCodec' | 'loop'>,
  source: SourceFacts | undefined,
): string {
  if (source !== undefined && source.audio === undefined) return 'none';
  return mustEncodeSound(given, source) ? encoderDefaults.audioCodec : given.audioCodec;
}

/** The input's own rate, so that no picture is shown twice or left out; in whole numbers where it is encoded anew. */
function sourceRate(rate: number | undefined, videoCodec: string): number {
  if (rate === undefined) return encoderDefaults.rate;
  return videoCodec === 'copy' ? rate : Math.min(60, Math.max(10, Math.round(rate)));
}

function checkCodecs({ videoCodec, audioCodec }: EncoderSettings, test: boolean): void {
  if (videoCodec === 'none' && audioCodec === 'none') {
    throw new ConfigurationError('without a picture and without sound nothing is left to publish');
  }
  if (test && (videoCodec === 'copy' || audioCodec === 'copy')) {
    throw new ConfigurationError('the test picture is not encoded yet, so that it cannot be copied');
  }
}

function checkRenditions(renditions: readonly RenditionOptions[], videoCodec: string): void {
  if (renditions.length === 0) throw new ConfigurationError('there is no rendition to encode');
  const names = renditions.map(({ name }) => name);
  for (const name of names) {
    if (isRenditionName(name)) continue;
    throw new ConfigurationError(
      `"${name}" is no name of a rendition: use letters, digits, ".", "_" and "-"`,
    );
  }
  if (new Set(names).size < names.length) throw new ConfigurationError('two renditions have the same name');
  if (renditions.length > 1 && (videoCodec === 'copy' || videoCodec === 'none')) {
    throw new ConfigurationError(
      'several renditions are several pictures, each encoded: with copied or no picture there is one',
    );
  }
  for (const { size, bitrate } of renditions) {
    if (size !== undefined) checkSize(size.width, size.height);
    if (bitrate !== undefined && !(bitrate >= 10_000)) {
      throw new ConfigurationError(`a picture of ${bitrate} bits a second cannot be: give 10,000 at least`);
    }
  }
}

function checkSize(width: number, height: number): void {
  const good = (pixels: number) =>
    Number.isInteger(pixels) && pixels >= 16 && pixels <= 8192 && pixels % 2 === 0;
  if (good(width) && good(height)) return;
  throw new ConfigurationError(
    `a picture of ${width}x${height}: width and height must be even, from 16 to 8192`,
  );
}
