/**
 * A request that is as long as it has to be, and that every broker answers: what it speaks is asked for, with a tagged field that no broker
 * knows, which each passes over (KIP-482). PURE.
 */
import { requestHead } from './request-head.ts';

const apiVersions = { apiKey: 18, apiVersion: 3, hasTags: true };
/** Nobody has given a field that number. */
const unknownTag = 9999;

/** The whole frame; `padding`: bytes of the field. */
export function paddedRequest(padding: number, correlationId: number): Buffer {
  const body = Buffer.concat([
    compactString('sluice'),
    compactString('1'),
    varint(1),
    varint(unknownTag),
    varint(padding),
    Buffer.alloc(padding),
  ]);
  return Buffer.concat([
    requestHead(apiVersions, correlationId, Buffer.from('sluice'), body.byteLength),
    body,
  ]);
}

function compactString(text: string): Buffer {
  return Buffer.concat([varint(text.length + 1), Buffer.from(text)]);
}

/** Unsigned, seven bits a byte, the lowest first. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left > 0x7f; left = Math.floor(left / 128)) bytes.push((left & 0x7f) | 0x80);
  return Buffer.from([...bytes, left]);
}
