/** How an S3 store is reached, as far as AWS's environment and profiles do not say it. */

export const serverSideEncryptions = ['AES256', 'aws:kms', 'aws:kms:dsse'] as const;
export const checksumRules = ['when-supported', 'when-required'] as const;

export interface S3Options {
  /** The server's URL; by default `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`, the profile, or AWS itself. */
  readonly endpoint?: string;
  /** By default `AWS_REGION`, `AWS_DEFAULT_REGION`, the profile, or us-east-1. */
  readonly region?: string;
  /**
   * The bucket stands in the path of requests, not in the host's name: for servers of other makes that know no such names. It does so in any
   * case where the endpoint has a port, or a host's name without a dot.
   */
  readonly pathStyle?: boolean;
  /** Of what is written, e.g. `STANDARD_IA`. */
  readonly storageClass?: string;
  /** How the server encrypts what is written. */
  readonly sse?: (typeof serverSideEncryptions)[number];
  /** The KMS key of that: its id, alias or ARN. */
  readonly sseKmsKey?: string;
  /** This account pays for the requests, where the bucket is one whose requesters pay. */
  readonly requesterPays?: boolean;
  /** No credentials: for buckets that everybody may read. */
  readonly anonymous?: boolean;
  /** Which requests carry a checksum: all that can, or only those that must, as some servers of other makes want it. */
  readonly checksums?: (typeof checksumRules)[number];
}
