/** How the colours of a picture are coded, as text of a header: `9,16,9`. FORMAT.md, "Live media". Pure. */
import { FormatError } from '../errors.ts';
import type { Header } from '../kafka/contract.ts';
import { type HeaderReader, textHeader } from './headers.ts';

/** Code points of ISO/IEC 23091-2 (8.1 to 8.3), 0 to 255; 2: not said. */
export interface Colours {
  readonly primaries: number;
  readonly transfer: number;
  readonly matrix: number;
}

const code = '(?:\\d|[1-9]\\d|1\\d\\d|2[0-4]\\d|25[0-5])';
const form = new RegExp(`^${code},${code},${code}$`);

/** Throws FormatError for what is no code point. */
export function coloursHeader(colours: Colours): Header {
  const text = textOf(colours);
  if (!form.test(text)) throw new FormatError(`colours are "${text}", not three numbers from 0 to 255`);
  return textHeader('colours', text);
}

/** Undefined where nothing is said. Throws FormatError for what is not of the form. */
export function readColours(headers: HeaderReader): Colours | undefined {
  if (!headers.has('colours')) return undefined;
  // The form has three.
  const codes = headers.matching('colours', form).split(',').map(Number) as [number, number, number];
  const [primaries, transfer, matrix] = codes;
  return { primaries, transfer, matrix };
}

function textOf({ primaries, transfer, matrix }: Colours): string {
  return `${primaries},${transfer},${matrix}`;
}
