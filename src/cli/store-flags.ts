/** The flags for stores that are no disk: what nothing else says of how they are reached. */
import type { StoreOptions } from '../stores/options.ts';
import { checksumRules, type S3Options, serverSideEncryptions } from '../stores/s3/options.ts';
import { optional, toggle } from './flags.ts';
import { choice, text } from './values.ts';

/** For reading and for writing. */
export const storeFlags = {
  s3Endpoint: optional(
    's3-endpoint',
    'URL',
    text,
    'the server of s3:// that is not AWS',
    'AWS_ENDPOINT_URL_S3, the profile',
  ),
  s3Region: optional(
    's3-region',
    'REGION',
    text,
    'the region of the bucket',
    'AWS_REGION, the profile, us-east-1',
  ),
  s3PathStyle: toggle(
    's3-path-style',
    'the bucket stands in the path of URLs, for servers that know no other way',
  ),
  s3Checksums: optional(
    's3-checksums',
    'WHEN',
    choice(checksumRules),
    `which requests carry a checksum: ${checksumRules.join(' or ')}, as some servers want it`,
    'when-supported',
  ),
  s3RequesterPays: toggle('s3-requester-pays', 'pay for the requests to a bucket that wants it so'),
  s3Anonymous: toggle('s3-anonymous', 'without credentials, from a bucket that everybody may read'),
  gsEndpoint: optional(
    'gs-endpoint',
    'URL',
    text,
    'the server of gs:// that is not storage.googleapis.com',
    'STORAGE_EMULATOR_HOST, without credentials',
  ),
  gsUserProject: optional(
    'gs-user-project',
    'PROJECT',
    text,
    'the project that pays for the requests to a bucket that wants it so',
  ),
  gsAnonymous: toggle('gs-anonymous', 'without Google credentials, from a bucket that everybody may read'),
} as const;

/** For writing, beside {@link storeFlags}. */
export const writtenFlags = {
  storageClass: optional(
    'storage-class',
    'CLASS',
    text,
    'how what is written to s3:// or gs:// is kept, such as STANDARD_IA or NEARLINE',
    "the bucket's",
  ),
  sse: optional(
    'sse',
    'HOW',
    choice(serverSideEncryptions),
    `how the server encrypts what is written to s3://: ${serverSideEncryptions.join(', ')}`,
    "the bucket's",
  ),
  sseKmsKey: optional(
    'sse-kms-key',
    'KEY',
    text,
    'the key of --sse aws:kms: its id, alias or ARN',
    "AWS's own",
  ),
} as const;

export interface StoreSettings {
  readonly s3Endpoint?: string;
  readonly s3Region?: string;
  readonly s3PathStyle: boolean;
  readonly s3Checksums?: S3Options['checksums'];
  readonly s3RequesterPays: boolean;
  readonly s3Anonymous: boolean;
  readonly gsEndpoint?: string;
  readonly gsUserProject?: string;
  readonly gsAnonymous: boolean;
  readonly storageClass?: string;
  readonly sse?: S3Options['sse'];
  readonly sseKmsKey?: string;
}

/** What the flags say of stores, as uploads and downloads take it. */
export function storeOptions(settings: StoreSettings): StoreOptions {
  const { s3Endpoint: endpoint, s3Region: region, s3Checksums: checksums } = settings;
  const { storageClass, sse, sseKmsKey, gsEndpoint, gsUserProject } = settings;
  return {
    s3: {
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(region === undefined ? {} : { region }),
      ...(checksums === undefined ? {} : { checksums }),
      ...(storageClass === undefined ? {} : { storageClass }),
      ...(sse === undefined ? {} : { sse }),
      ...(sseKmsKey === undefined ? {} : { sseKmsKey }),
      pathStyle: settings.s3PathStyle,
      requesterPays: settings.s3RequesterPays,
      anonymous: settings.s3Anonymous,
    },
    gcs: {
      ...(gsEndpoint === undefined ? {} : { endpoint: gsEndpoint }),
      ...(gsUserProject === undefined ? {} : { userProject: gsUserProject }),
      ...(storageClass === undefined ? {} : { storageClass }),
      anonymous: settings.gsAnonymous,
    },
  };
}
