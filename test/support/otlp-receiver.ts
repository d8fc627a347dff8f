/** Takes traces by OTLP over HTTP in protobuf, as a collector does, and keeps their spans. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import type { Owner } from './owner.ts';

export interface TakenSpan {
  /** Of the resource. */
  readonly service: string;
  readonly trace: string;
  readonly id: string;
  /** Empty: it is a root. */
  readonly parent: string;
  readonly name: string;
  /** Those that are texts. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** Of opentelemetry-proto (trace/v1, common/v1): numbers of fields. */
const of = {
  resourceSpans: 1,
  resource: 1,
  scopeSpans: 2,
  spans: 2,
  attributes: 1,
  key: 1,
  value: 2,
} as const;
const ofSpan = { trace: 1, id: 2, parent: 4, name: 5, attributes: 9 } as const;

/** It is asked at `url`, without the path of a signal. */
export async function openOtlpReceiver(
  owner: Owner,
): Promise<{ readonly url: string; readonly spans: readonly TakenSpan[] }> {
  const spans: TakenSpan[] = [];
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const sent = Buffer.concat(pieces);
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
    // What else an SDK tells is none of ours.
    if (request.url === '/v1/traces') spans.push(...spansOf(body));
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  owner.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, spans };
}

function spansOf(body: Buffer): TakenSpan[] {
  return all(body, of.resourceSpans).flatMap((group) => {
    const resource = all(group, of.resource)[0] ?? Buffer.alloc(0);
    const service = attributesOf(all(resource, of.attributes))['service.name'] ?? '';
    return all(group, of.scopeSpans)
      .flatMap((scope) => all(scope, of.spans))
      .map((span) => ({
        service,
        trace: all(span, ofSpan.trace)[0]?.toString('hex') ?? '',
        id: all(span, ofSpan.id)[0]?.toString('hex') ?? '',
        parent: all(span, ofSpan.parent)[0]?.toString('hex') ?? '',
        name: String(all(span, ofSpan.name)[0] ?? ''),
        attributes: attributesOf(all(span, ofSpan.attributes)),
      }));
  });
}

function attributesOf(pairs: readonly Buffer[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const value = all(pair, of.value)[0] ?? Buffer.alloc(0);
      // The text of an AnyValue is its first field.
      return [String(all(pair, of.key)[0] ?? ''), String(all(value, 1)[0] ?? '')];
    }),
  );
}

/** What stands in all fields of that number that have a length. */
function all(message: Buffer, wanted: number): Buffer[] {
  const found: Buffer[] = [];
  let at = 0;
  const varint = (): number => {
    for (let value = 0, scale = 1; ; scale *= 128) {
      const byte = message[at++] ?? 0;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const tag = varint();
    const [number, type] = [Math.floor(tag / 8), tag % 8];
    if (type === 0) varint();
    else if (type === 2) {
      const end = varint() + at;
      if (number === wanted) found.push(message.subarray(at, end));
      at = end;
    } else at += type === 1 ? 8 : 4;
  }
  return found;
}
