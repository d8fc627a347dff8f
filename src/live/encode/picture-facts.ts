/** What is known of an input's picture before it is encoded: its shape, its fields, its colours. Pure. */
import type { Colours as CodePoints } from '../../records/colours.ts';
import type { Size } from './options.ts';

/** Names of colours are FFmpeg's; undefined where the input does not say. */
export interface PictureFacts {
  /** Pixels as they are coded. */
  readonly width: number;
  readonly height: number;
  /** Width of a pixel by its height; 1: square. */
  readonly pixelShape: number;
  /** It is turned by a quarter when it is shown. */
  readonly isTurned: boolean;
  /** Undefined: nobody knows. */
  readonly isInterlaced: boolean | undefined;
  readonly pixelFormat: string | undefined;
  readonly matrix: string | undefined;
  readonly primaries: string | undefined;
  readonly transfer: string | undefined;
}

/** The fields of a stream that ffprobe tells and that count here. */
export interface ProbedPicture {
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly sample_aspect_ratio?: string | undefined;
  readonly field_order?: string | undefined;
  readonly pix_fmt?: string | undefined;
  readonly color_space?: string | undefined;
  readonly color_primaries?: string | undefined;
  readonly color_transfer?: string | undefined;
  readonly side_data_list?: readonly { readonly rotation?: number | undefined }[] | undefined;
}

/** Undefined where the size is not known. */
export function pictureFacts(probed: ProbedPicture): PictureFacts | undefined {
  const { width, height, side_data_list, field_order } = probed;
  if (width === undefined || height === undefined || width <= 0 || height <= 0) return undefined;
  const [across = 1, down = 1] = (probed.sample_aspect_ratio ?? '').split(':').map(Number);
  const shape = across / down;
  const rotation = side_data_list?.find((data) => data.rotation !== undefined)?.rotation ?? 0;
  return {
    width,
    height,
    pixelShape: shape > 0.05 && shape < 20 ? shape : 1,
    isTurned: Math.abs(Math.round(rotation / 90)) % 2 === 1,
    isInterlaced:
      field_order === 'progressive' ? false : /^[tb][tb]$/.test(field_order ?? '') ? true : undefined,
    pixelFormat: probed.pix_fmt,
    matrix: known(probed.color_space),
    primaries: known(probed.color_primaries),
    transfer: known(probed.color_transfer),
  };
}

/** Names that the filters understand; `unknown`, `reserved` and what is none of ours count as nothing said. */
function known(name: string | undefined): string | undefined {
  return name !== undefined && /^(?:bt|smpte|fcc|film|iec|arib)[a-z0-9-]*$/.test(name) ? name : undefined;
}

/** Of raw pictures, whose options before the input say all that there is. */
export function rawPicture(inputOptions: readonly string[]): PictureFacts | undefined {
  const after = (...names: readonly string[]) =>
    inputOptions.find((_, index) => names.includes(inputOptions[index - 1] ?? ''));
  if (after('-f') !== 'rawvideo') return undefined;
  const [width, height] = (after('-s', '-video_size') ?? '').split('x').map(Number);
  return pictureFacts({ width, height, pix_fmt: after('-pix_fmt', '-pixel_format') ?? 'yuv420p' });
}

/** Even pixels of the same shape as what is seen: square ones, turned; none of what was coded is lost. */
export function shownSize({ width, height, pixelShape, isTurned }: PictureFacts): Size {
  const even = (pixels: number) => Math.max(2, Math.floor(pixels / 2 + 1e-6) * 2);
  const across = even(width * Math.max(1, pixelShape));
  const down = even(height / Math.min(1, pixelShape));
  return isTurned ? { width: down, height: across } : { width: across, height: down };
}

export function isRgb({ pixelFormat = '' }: PictureFacts): boolean {
  return /^(?:0?(?:rgb|bgr)|argb|abgr|gbr|pal8|monow|monob)/.test(pixelFormat);
}

/** Light by PQ or HLG: shown as if it were an ordinary picture, it is grey and flat. */
export function isHdr({ transfer }: PictureFacts): boolean {
  return transfer === 'smpte2084' || transfer === 'arib-std-b67';
}

/** How a picture's colours are coded. */
export interface Colours {
  readonly matrix: string;
  readonly primaries: string;
  readonly transfer: string;
}

const highDefinition: Colours = { matrix: 'bt709', primaries: 'bt709', transfer: 'bt709' };
const standardDefinition: Colours = {
  matrix: 'smpte170m',
  primaries: 'smpte170m',
  transfer: 'smpte170m',
};

/** What holds where nothing is said: ITU-R BT.709 from 720 lines on, BT.601 below. */
export function coloursOfSize(lines: number): Colours {
  return lines >= 720 ? highDefinition : standardDefinition;
}

/**
 * Code points of what holds for a picture that says nothing, to be written down where it is known only after the encoder has begun. Undefined where the picture
 * has been converted (RGB), and of HDR.
 */
export function usualCodes(facts: PictureFacts): CodePoints | undefined {
  if (isRgb(facts) || isHdr(facts)) return undefined;
  const all = coloursOfSize(facts.height) === highDefinition ? 1 : 6;
  return { primaries: all, transfer: all, matrix: all };
}

/**
 * The colours of a picture when it is encoded in so many lines. What is in YUV already keeps its matrix: as it says, or by the standard of its own
 * size. RGB takes that of the new size; screens have the primaries of BT.709 (those of sRGB) in any.
 */
export function codedColours(facts: PictureFacts, lines: number): Colours {
  if (isHdr(facts)) return highDefinition;
  if (isRgb(facts)) return { ...highDefinition, matrix: coloursOfSize(lines).matrix };
  const usual = coloursOfSize(facts.height);
  const { matrix = usual.matrix, primaries = usual.primaries, transfer = usual.transfer } = facts;
  return { matrix, primaries, transfer };
}
