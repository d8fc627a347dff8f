/** Text on a terminal: made harmless, measured in columns, cut to fit. */
import { createRequire } from 'node:module';

let stringWidth: ((text: string) => number) | undefined;

/** Columns that the text takes; escape sequences take none. */
export function widthOf(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  // Its tables take as long to make as all else before the first byte is sent, and most runs never ask them.
  stringWidth ??= (createRequire(import.meta.url)('string-width') as typeof import('string-width')).default;
  return stringWidth(text);
}

const segmenter = new Intl.Segmenter();

function* clusters(text: string): Generator<{ readonly cluster: string; readonly width: number }> {
  for (const { segment } of segmenter.segment(text)) yield { cluster: segment, width: widthOf(segment) };
}

function startOf(text: string, columns: number): string {
  let used = 0;
  let start = '';
  for (const { cluster, width } of clusters(text)) {
    if (used + width > columns) break;
    used += width;
    start += cluster;
  }
  return start;
}

function endOf(text: string, columns: number): string {
  const all = [...clusters(text)];
  let used = 0;
  let first = all.length;
  while (first > 0 && used + (all[first - 1]?.width ?? 0) <= columns) {
    first -= 1;
    used += all[first]?.width ?? 0;
  }
  return all
    .slice(first)
    .map(({ cluster }) => cluster)
    .join('');
}

/** A plain text within `columns`: cut at its end. */
export function cutEnd(text: string, columns: number, ellipsis = '…'): string {
  if (widthOf(text) <= columns) return text;
  return columns < 1 ? '' : startOf(text, columns - widthOf(ellipsis)) + ellipsis;
}

/** A plain text within `columns`: cut in its middle, for the end of a path says more than its middle. */
export function cutMiddle(text: string, columns: number, ellipsis = '…'): string {
  if (widthOf(text) <= columns) return text;
  const room = columns - widthOf(ellipsis);
  if (room < 4) return cutEnd(text, columns, ellipsis);
  const start = startOf(text, Math.floor(room / 3));
  return start + ellipsis + endOf(text, room - widthOf(start));
}

/** The words of a text on lines of at most `columns`; a longer word stands alone. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line !== undefined && widthOf(line) + 1 + widthOf(word) <= columns)
      lines[lines.length - 1] += ` ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** The text with spaces behind it up to `columns`. */
export function padEnd(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - widthOf(text)));
}

/** The text with spaces before it up to `columns`. */
export function padStart(text: string, columns: number): string {
  return ' '.repeat(Math.max(0, columns - widthOf(text))) + text;
}
