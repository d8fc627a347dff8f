/** Colours and signs, chosen once for a stream. */
import { styleText } from 'node:util';

type Painter = (text: string) => string;

/** What may be drawn with. */
export interface Style {
  readonly good: Painter;
  readonly bad: Painter;
  readonly notice: Painter;
  readonly faint: Painter;
  readonly strong: Painter;
  readonly signs: Readonly<{
    done: string;
    failed: string;
    warning: string;
    note: string;
    skipped: string;
    up: string;
    down: string;
    full: string;
    empty: string;
    ellipsis: string;
    separator: string;
    arrow: string;
  }>;
}

const unicodeSigns: Style['signs'] = {
  done: '✓',
  failed: '✗',
  warning: '!',
  note: '·',
  skipped: '–',
  up: '↑',
  down: '↓',
  full: '━',
  empty: '─',
  ellipsis: '…',
  separator: ' · ',
  arrow: '→',
};

const plainSigns: Style['signs'] = {
  done: '+',
  failed: 'x',
  warning: '!',
  note: '-',
  skipped: '-',
  up: '^',
  down: 'v',
  full: '#',
  empty: '.',
  ellipsis: '...',
  separator: ' - ',
  arrow: '->',
};

/** A style with or without colours, with or without characters beyond ASCII. */
export function createStyle({ color, unicode }: { color: boolean; unicode: boolean }): Style {
  const paint =
    (format: Parameters<typeof styleText>[0]): Painter =>
    (text) =>
      color ? styleText(format, text, { validateStream: false }) : text;
  return {
    good: paint('green'),
    bad: paint('red'),
    notice: paint('yellow'),
    faint: paint('dim'),
    strong: paint('bold'),
    signs: unicode ? unicodeSigns : plainSigns,
  };
}

/** The style for a stream: NO_COLOR, FORCE_COLOR and TERM are respected as Node does. */
export function styleFor(
  stream: NodeJS.WriteStream,
  environment: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform = process.platform,
): Style {
  const unicode =
    platform === 'win32'
      ? environment.WT_SESSION !== undefined || environment.TERM_PROGRAM !== undefined
      : environment.TERM !== 'linux' && environment.TERM !== 'dumb';
  return createStyle({ color: stream.isTTY === true && stream.hasColors(environment), unicode });
}
