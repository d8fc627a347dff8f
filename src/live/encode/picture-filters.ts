/** FFmpeg's filters for a picture: fields to frames, the shape that is seen, the colours of a standard. Pure. ADR 121. */
import type { EncoderSettings, Size } from './options.ts';
import { type Colours, codedColours, isHdr, isRgb, type PictureFacts, shownSize } from './picture-facts.ts';

export interface PictureFilterOptions {
  readonly settings: Pick<EncoderSettings, 'deinterlace' | 'rate'>;
  /** Of the rendition; undefined: as large as the input. */
  readonly size: Size | undefined;
  /** What is known of the input. */
  readonly facts: PictureFacts | undefined;
  /** Pictures a second of the input, where they are known. */
  readonly sourceRate: number | undefined;
  /** The input may have fields although nobody could look: it comes as broadcasts do. */
  readonly mayBeInterlaced: boolean;
}

export function pictureFilters(options: PictureFilterOptions): string {
  const { facts } = options;
  const size = options.size ?? (facts === undefined ? undefined : shownSize(facts));
  const colours = facts === undefined ? undefined : codedColours(facts, size?.height ?? facts.height);
  const hdr = facts !== undefined && isHdr(facts);
  const saysIt = facts?.matrix !== undefined && !isRgb(facts);
  return [
    ...deinterlaced(options),
    ...(hdr
      ? [scaled(size, 'bt2020', false), ...toneMapped]
      : [scaled(size, scaleName(options, colours), saysIt)]),
    ...(size === undefined
      ? []
      : [`pad=${size.width}:${size.height}:(ow-iw)/2:(oh-ih)/2:eval=frame`, 'setsar=1']),
    described(colours),
  ].join(',');
}

/** Beyond this many times the input's pictures, each field becomes a picture of its own: 50 of 25. */
const fieldwise = 1.5;

function deinterlaced({ settings, facts, sourceRate, mayBeInterlaced }: PictureFilterOptions): string[] {
  const { deinterlace, rate } = settings;
  if (deinterlace === 'off') return [];
  const isNeeded =
    facts === undefined ? mayBeInterlaced : (facts.isInterlaced ?? mayBeInterlaced) && !isRgb(facts);
  if (deinterlace === 'auto' && !isNeeded) return [];
  const mode = rate > (sourceRate ?? 30) * fieldwise ? 'send_field' : 'send_frame';
  // By what each picture says: a broadcast has both kinds.
  return [`bwdif=mode=${mode}:deint=${deinterlace === 'on' ? 'all' : 'interlaced'}`];
}

/**
 * To the size, in the shape that is seen: pixels need not be square. FFmpeg looks again when the input changes its size or its shape, and the picture is then
 * brought into the first size with bars. Where no size is known, pixels keep their shape, and the stream says it.
 */
function scaled(size: Size | undefined, matrix: string, saysIt: boolean): string {
  const colours = `in_color_matrix=${saysIt ? 'auto' : matrix}:out_color_matrix=${matrix}:out_range=tv`;
  if (size === undefined) return `scale=trunc(iw/2)*2:trunc(ih/2)*2:${colours}`;
  const { width, height } = size;
  const across = `'round(min(${width},${height}*dar)/2)*2'`;
  const down = `'round(min(${height},${width}/dar)/2)*2'`;
  return `scale=w=${across}:h=${down}:${colours}`;
}

/**
 * The same matrix in and out, so that what is in YUV keeps its own, also one that was not foreseen; it counts for RGB alone. What
 * nobody knows is taken for a screen of its size.
 */
function scaleName({ size }: PictureFilterOptions, colours: Colours | undefined): string {
  if (colours === undefined) return size !== undefined && size.height < 720 ? 'smpte170m' : 'bt709';
  if (colours.matrix === 'bt470bg') return 'bt470';
  if (colours.matrix.startsWith('bt2020')) return 'bt2020';
  return /^(?:bt709|fcc|smpte170m|smpte240m)$/.test(colours.matrix) ? colours.matrix : 'bt709';
}

/** Light as it is, 100 candelas for white, then brought into what ordinary screens have. */
const toneMapped = [
  'zscale=t=linear:npl=100',
  'format=gbrpf32le',
  'zscale=p=bt709',
  'tonemap=hable:desat=0',
  'zscale=t=bt709:m=bt709:r=tv',
  'format=yuv420p',
];

/** The encoder and the container write it down: without it, players guess by the size, and not all alike. */
function described(colours: Colours | undefined): string {
  if (colours === undefined) return 'setparams=range=tv';
  const { matrix, primaries, transfer } = colours;
  return `setparams=range=tv:colorspace=${matrix}:color_primaries=${primaries}:color_trc=${transfer}`;
}
