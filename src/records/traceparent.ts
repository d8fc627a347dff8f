/** The trace that a file belongs to at its uploader: W3C Trace Context, version 00. It says nothing of the file, and no record is refused for it. */
import type { Header } from '../kafka/contract.ts';
import { type HeaderReader, textHeader } from './headers.ts';

const form = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** As a field of what is said of a file. */
export interface Traced {
  readonly traceparent?: string;
}

export function traceparentHeaders(traceparent: string | undefined): Header[] {
  return traceparent === undefined ? [] : [textHeader('traceparent', traceparent)];
}

/** What headers say of it; what is none is not there. */
export function readTraceparent(headers: HeaderReader): Traced {
  return headers.has('traceparent') ? entryTraceparent({ traceparent: headers.text('traceparent') }) : {};
}

/** The same of an entry of a list, or of encrypted facts. */
export function entryTraceparent({ traceparent }: Readonly<Record<string, unknown>>): Traced {
  return typeof traceparent === 'string' && form.test(traceparent) ? { traceparent } : {};
}
