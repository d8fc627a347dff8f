/**
 * The library's codecs, loaded one by one. Its index also loads schema registries, validators and clients that Sluice has no
 * use for: that takes half a second and 50 MB (docs/adr/0016-codecs-one-by-one.md). Its package lets only the index be
 * imported by name, so the modules are addressed by their place beside it.
 */
import type * as library from '@platformatic/kafka';
import { careful } from './careful-reader.ts';

export type { API, Callback, Reader, ResponseParser, Writer } from '@platformatic/kafka';

const index = import.meta.resolve('@platformatic/kafka');

/** Imports a module of the library by its path beside the index. */
function load<Module>(path: string): Promise<Module> {
  return import(new URL(path, index).href);
}

type Library = typeof library;

/** Each holds `api`, to be used by `call` and `ask`. */
export const apiVersionsV3 = await load<Library['apiVersionsV3']>('apis/metadata/api-versions-v3.js');
export const createTopicsV7 = await load<Library['createTopicsV7']>('apis/admin/create-topics-v7.js');
export const describeConfigsV4 = await load<Library['describeConfigsV4']>(
  'apis/admin/describe-configs-v4.js',
);
export const describeGroupsV5 = await load<Library['describeGroupsV5']>('apis/admin/describe-groups-v5.js');
export const describeLogDirsV4 = await load<Library['describeLogDirsV4']>(
  'apis/admin/describe-log-dirs-v4.js',
);
export const describeProducersV0 = await load<Library['describeProducersV0']>(
  'apis/admin/describe-producers-v0.js',
);
export const findCoordinatorV4 = await load<Library['findCoordinatorV4']>(
  'apis/metadata/find-coordinator-v4.js',
);
export const heartbeatV4 = await load<Library['heartbeatV4']>('apis/consumer/heartbeat-v4.js');
export const initProducerIdV4 = await load<Library['initProducerIdV4']>(
  'apis/producer/init-producer-id-v4.js',
);
export const joinGroupV9 = await load<Library['joinGroupV9']>('apis/consumer/join-group-v9.js');
export const leaveGroupV5 = await load<Library['leaveGroupV5']>('apis/consumer/leave-group-v5.js');
export const listGroupsV4 = await load<Library['listGroupsV4']>('apis/admin/list-groups-v4.js');
export const listOffsetsV7 = await load<Library['listOffsetsV7']>('apis/consumer/list-offsets-v7.js');
export const metadataV12 = await load<Library['metadataV12']>('apis/metadata/metadata-v12.js');
export const offsetCommitV8 = await load<Library['offsetCommitV8']>('apis/consumer/offset-commit-v8.js');
export const offsetFetchV8 = await load<Library['offsetFetchV8']>('apis/consumer/offset-fetch-v8.js');
export const offsetForLeaderEpochV4 = await load<Library['offsetForLeaderEpochV4']>(
  'apis/consumer/offset-for-leader-epoch-v4.js',
);
export const saslAuthenticateV2 = await load<Library['saslAuthenticateV2']>(
  'apis/security/sasl-authenticate-v2.js',
);
export const saslHandshakeV1 = await load<Library['saslHandshakeV1']>('apis/security/sasl-handshake-v1.js');
export const syncGroupV5 = await load<Library['syncGroupV5']>('apis/consumer/sync-group-v5.js');

/** What any broker tells of the cluster and its topics. */
export type MetadataResponse = ReturnType<typeof metadataV12.parseResponse>;
/** What a group's coordinator tells a member that joins. */
export type JoinGroupResponse = ReturnType<typeof joinGroupV9.parseResponse>;

const errors =
  await load<Pick<Library, 'ResponseError' | 'protocolErrors' | 'protocolErrorsCodesById'>>('errors.js');
/** Thrown by a codec whose response carries error codes. */
export const { ResponseError } = errors;
/** Kafka's error codes: number -> name, and name -> meaning. */
export const { protocolErrors, protocolErrorsCodesById } = errors;

/**
 * Of a code that its tables do not have the library cannot even say that it came: it throws a TypeError in the place of the answer. Brokers
 * have codes of later releases, and of their own, so that behind the tables every number has a name (docs/adr/0174-codes-that-nobody-knows.md).
 */
Object.setPrototypeOf(
  protocolErrorsCodesById,
  new Proxy({}, { get: (_, code) => (/^-?\d+$/.test(String(code)) ? `ERROR_${String(code)}` : undefined) }),
);
Object.setPrototypeOf(
  protocolErrors,
  new Proxy(
    {},
    {
      get(_, id) {
        const code = /^ERROR_(-?\d+)$/.exec(String(id))?.[1];
        if (code === undefined) return undefined;
        const message = 'The broker answered with an error that this client does not know.';
        return { id, code: Number(code), canRetry: true, message };
      },
    },
  ),
);

const reader = await load<Pick<Library, 'Reader'>>('protocol/reader.js');
const CarefulReader = careful(reader.Reader);
/** Makes the reader that a codec's parser takes. */
export function readerOf(bytes: Buffer): library.Reader {
  // The library wraps bytes by the base class alone.
  return new CarefulReader(reader.Reader.from(bytes).buffer);
}
