/** One request for records, and its answer. */
import type { Cluster } from '../cluster/cluster.ts';
import type { Link } from '../cluster/link.ts';
import { errorOf } from '../cluster/refusals.ts';
import { Api } from '../cluster/versions.ts';
import { decodeFetch, encodeFetch, type FetchRequest, type FetchResponse } from '../wire/fetch.ts';
import type { Frame, FramePool } from '../wire/frame-pool.ts';

const maxWaitMs = 500;

/** Rejects with the reason when the connection closes before the answer is complete. `onBegun`: see `RawRequest`. */
export function ask(
  cluster: Cluster,
  { connection, versions }: Link,
  request: Omit<FetchRequest, 'maxWait'>,
  pool: FramePool,
  onBegun?: (bytes: Buffer) => void,
): Promise<Frame> {
  const apiVersion = versions.get(Api.fetch)!;
  const maxWait = Math.min(maxWaitMs, cluster.options.requestTimeout / 2);
  const pieces = encodeFetch({ ...request, maxWait }, apiVersion);
  const shown = onBegun && { onBegun };
  return connection.exchange({ apiKey: Api.fetch, apiVersion, pieces, hasTags: true, pool, ...shown });
}

/**
 * Throws what may pass when the answer is an error as a whole, or makes no sense; the frame has been given back then. `note`: told of an
 * answer that makes sense, whatever it says.
 */
export function answerIn(
  frame: Frame,
  { connection }: Link,
  note: (response: FetchResponse) => void = () => {},
): FetchResponse {
  try {
    const response = decodeFetch(frame.bytes);
    note(response);
    if (response.errorCode !== 0) throw errorOf('fetch', response.errorCode, 'fetch records');
    connection.throttle(response.throttleMs);
    return response;
  } catch (error) {
    frame.release();
    throw error;
  }
}
