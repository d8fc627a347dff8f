/** Where an answer says how it went: the first error code of one topic's or group's, in the versions that the client speaks. */

/** The APIs whose answers tests change, by their keys. */
export const apis = {
  produce: 0,
  fetch: 1,
  listOffsets: 2,
  metadata: 3,
  offsetCommit: 8,
  offsetFetch: 9,
  findCoordinator: 10,
  joinGroup: 11,
  heartbeat: 12,
  syncGroup: 14,
  apiVersions: 18,
  createTopics: 19,
  initProducerId: 22,
  offsetForLeaderEpoch: 23,
  describeConfigs: 32,
  describeProducers: 61,
} as const;

/** Behind the tags and the time to be quiet. */
const early = 1 + 4;

/** The length of a compact string and the string. */
function afterString(body: Buffer, at: number): number {
  return at + body[at]!;
}

/** Where the error code stands in the bytes from after the correlation id; undefined where the answer is about nothing. */
export function codeAt(apiKey: number, body: Buffer): number | undefined {
  switch (apiKey) {
    case apis.produce:
      return body[1] === 2 ? 1 + 1 + 16 + 1 + 4 : undefined;
    case apis.fetch:
      return body[11] === 2 ? 11 + 1 + 16 + 1 + 4 : undefined;
    case apis.joinGroup:
    case apis.heartbeat:
    case apis.syncGroup:
    case apis.initProducerId:
      return early;
    case apis.listOffsets:
    case apis.offsetCommit:
      return afterString(body, early + 1) + 1 + 4;
    case apis.offsetForLeaderEpoch:
      return afterString(body, early + 1) + 1;
    case apis.createTopics:
      return afterString(body, early + 1) + 16;
    case apis.findCoordinator:
      return afterString(body, afterString(body, early + 1) + 4) + 4;
    case apis.offsetFetch: {
      // The group, then one topic with one partition: its offset and leader epoch, its words, its error.
      const topic = afterString(body, early + 1) + 1;
      return afterString(body, afterString(body, topic) + 1 + 4 + 8 + 4);
    }
    case apis.describeConfigs:
      return early + 1;
    default:
      return undefined;
  }
}

/** Writes an error code into an answer; false where it has no place for one. */
export function answerWith(code: number, apiKey: number, body: Buffer): boolean {
  const at = codeAt(apiKey, body);
  if (at === undefined) return false;
  body.writeInt16BE(code, at);
  // What a broker could not append, as far as it knows, stands nowhere.
  if (apiKey === apis.produce) body.writeBigInt64BE(-1n, at + 2);
  return true;
}
