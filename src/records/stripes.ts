/**
 * Where the chunks of a striped upload stand (FORMAT.md, "Stripes"): several partitions, each with the Kafka offsets of the first and the last chunk.
 * Values and headers; no I/O. Trusts nothing: a reader may do as a decoded value says.
 */
import { FormatError } from '../errors.ts';
import type { ConsumedRecord, Header } from '../kafka/contract.ts';
import { fixedHeader, type HeaderReader, textHeader } from './headers.ts';

/** Partitions that have chunks of one upload, at most: what names them fits a header. */
export const stripesLimit = 64;

/** Chunks stand in `partition` at Kafka offsets `first` to `last`, among other records. */
export type Stripe = readonly [partition: number, first: number, last: number];

const form = /^[0-9]{1,10}:[0-9]{1,16}-[0-9]{1,16}(?:,[0-9]{1,10}:[0-9]{1,16}-[0-9]{1,16})*$/;

/** Throws FormatError for what no reader would follow. */
export function checkStripes(stripes: readonly Stripe[]): void {
  const fault = stripesFault(stripes);
  if (fault !== undefined) throw new FormatError(fault);
}

/** What is wrong with them, if anything. */
export function stripesFault(stripes: readonly Stripe[]): string | undefined {
  if (stripes.length === 0 || stripes.length > stripesLimit)
    return `stripes on ${stripes.length} partitions, 1 to ${stripesLimit} are possible`;
  const partitions = new Set(stripes.map(([partition]) => partition));
  if (partitions.size !== stripes.length) return 'two stripes in one partition';
  for (const [partition, first, last] of stripes) {
    const isRight = [partition, first, last].every((value) => Number.isSafeInteger(value) && value >= 0);
    if (!isRight || first > last) return `a stripe at ${partition}:${first}-${last}`;
  }
  return undefined;
}

/** `2:1041-1969,0:12-811`. */
export function stripesText(stripes: readonly Stripe[]): string {
  checkStripes(stripes);
  return stripes.map(([partition, first, last]) => `${partition}:${first}-${last}`).join(',');
}

/** Throws FormatError for another text. */
export function stripesOf(text: string): readonly Stripe[] {
  if (!form.test(text)) throw new FormatError(`stripes are "${text.slice(0, 80)}", not PARTITION:FIRST-LAST`);
  const stripes = text.split(',').map((one): Stripe => {
    const [partition = 0, first = 0, last = 0] = one.split(/[:-]/).map(Number);
    return [partition, first, last];
  });
  checkStripes(stripes);
  return stripes;
}

/** None of an upload that is not striped. */
export function stripesHeaders(stripes: readonly Stripe[] | undefined): Header[] {
  return stripes === undefined ? [] : [textHeader('stripes', stripesText(stripes))];
}

/** What the header says, if it is there. */
export function readStripes(headers: HeaderReader): { readonly stripes?: readonly Stripe[] } {
  return headers.has('stripes') ? { stripes: stripesOf(headers.text('stripes')) } : {};
}

/** Which partition has the closing record; none of an upload whose records all stand in one. */
export function homeHeader(home: number | undefined): Header[] {
  return home === undefined ? [] : [fixedHeader('home', home)];
}

/** What the header says, if it is there. */
export function readHome(headers: HeaderReader): { readonly home?: number } {
  return headers.has('home') ? { home: headers.integer('home') } : {};
}

/** True for a chunk of a striped upload, in clear or encrypted: the closing record says where all of them stand. */
export function isStriped({ headers }: Pick<ConsumedRecord, 'headers'>): boolean {
  if (!headers.some(([name]) => name === 'home')) return false;
  const kind = headers.find(([name]) => name === 'kind');
  return kind !== undefined && Buffer.compare(kind[1], chunk) === 0;
}
const chunk = Buffer.from('chunk');
