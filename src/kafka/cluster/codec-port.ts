/** Carries the library's codecs over a transport of ours. */
import type { ApiConnection } from '../api.ts';
import { type Callback, ResponseError, type ResponseParser, readerOf, type Writer } from '../codecs.ts';
import type { Frame, FramePool } from '../wire/frame-pool.ts';
import { NetworkFailure } from './failures.ts';

/** A request as it goes out after its length. */
export interface RawRequest {
  readonly apiKey: number;
  readonly apiVersion: number;
  /** The body; the pieces must not change until the answer is here. */
  readonly pieces: readonly Uint8Array[];
  /** The request's header ends with tagged fields, as those of all "flexible" versions do. */
  readonly hasTags: boolean;
  /** Where the response's memory comes from; absent: memory of its own. */
  readonly pool?: FramePool;
  /** Is shown the response when it has begun, and does not come at once: its first 512 bytes are there, and what follows is not. */
  readonly onBegun?: (bytes: Buffer) => void;
  /** Passes closed gates: it belongs to the exchange that they are closed for. */
  readonly urgent?: boolean;
}

export interface Transport {
  /** Resolves with the response's bytes from after the correlation id. */
  exchange(request: RawRequest): Promise<Frame>;
  /** Leaves the broker alone for so many milliseconds. */
  throttle(milliseconds: number): void;
  /** Gives the connection up: what else it says cannot be trusted. */
  close(reason: Error): void;
}

/** Its answer may be of another version than the request (KIP-511), so what it means is for the negotiation to say. */
const apiVersionsKey = 18;

/** The library's entry, over a transport: see {@link ApiConnection}. */
export function codecPort(transport: Transport, urgent: boolean): ApiConnection {
  return {
    send: (apiKey, apiVersion, createPayload, parser, hasTags, hasResponseTags, callback) => {
      const request = { apiKey, apiVersion, hasTags, urgent };
      exchange(transport, request, createPayload, parser, hasResponseTags).then(
        (response) => callback(null, response),
        (error: unknown) => (callback as Callback<never>)(error as Error),
      );
    },
  };
}

async function exchange<Response>(
  transport: Transport,
  request: Omit<RawRequest, 'pieces'>,
  createPayload: () => Writer | Promise<Writer>,
  parser: ResponseParser<Response>,
  hasResponseTags: boolean,
): Promise<Response> {
  const payload = createPayload();
  const { buffers } = payload instanceof Promise ? await payload : payload;
  const frame = await transport.exchange({ ...request, pieces: buffers });
  const response = await parse(transport, request.apiKey, async () => {
    const reader = readerOf(frame.bytes);
    if (hasResponseTags) reader.readTaggedFields();
    const read = await parser(0, request.apiKey, request.apiVersion, reader);
    // It was read in other places than those where it was written: none of its numbers can be believed.
    if (reader.remaining > 0) throw new RangeError(`${reader.remaining} bytes of a response are left over`);
    return read;
  });
  const throttle = Object(response).throttleTimeMs;
  if (typeof throttle === 'number') transport.throttle(throttle);
  return response;
}

/** An answer that makes no sense ends the connection: the same request may succeed on another. */
async function parse<Response>(
  transport: Transport,
  apiKey: number,
  read: () => Promise<Response>,
): Promise<Response> {
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof ResponseError || apiKey === apiVersionsKey) throw cause;
    const error = new NetworkFailure(`The answer to a request of API ${apiKey} makes no sense`, { cause });
    transport.close(error);
    throw error;
  }
}
