/** The beginning of a request: its length, and the header of versions 1 and 2 (protocol guide). PURE. */
import type { RawRequest } from './codec-port.ts';

/** The head of a request whose body is `bodyBytes` long. */
export function requestHead(
  { apiKey, apiVersion, hasTags }: Pick<RawRequest, 'apiKey' | 'apiVersion' | 'hasTags'>,
  correlationId: number,
  clientId: Buffer,
  bodyBytes: number,
): Buffer {
  const head = Buffer.allocUnsafe(14 + clientId.byteLength + (hasTags ? 1 : 0));
  head.writeInt32BE(head.byteLength - 4 + bodyBytes, 0);
  head.writeInt16BE(apiKey, 4);
  head.writeInt16BE(apiVersion, 6);
  head.writeInt32BE(correlationId, 8);
  head.writeInt16BE(clientId.byteLength, 12);
  head.set(clientId, 14);
  if (hasTags) head[head.byteLength - 1] = 0;
  return head;
}
