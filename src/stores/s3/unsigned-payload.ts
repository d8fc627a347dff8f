/**
 * Bytes that TLS carries and a CRC32C stands beside are not digested once more to be signed, as AWS's command line does it: that costs as
 * much as the digest of the file. Without TLS they are signed.
 */
import type { S3Client } from '@aws-sdk/client-s3';

interface Carried {
  readonly protocol: string;
  readonly body?: unknown;
  readonly headers: Record<string, string>;
}

/** Changes what a client signs from now on. */
export function leavePayloadsUnsigned({ middlewareStack }: S3Client): void {
  middlewareStack.add(
    (next) => (args) => {
      const { protocol, body, headers } = args.request as Carried;
      if (
        protocol === 'https:' &&
        body instanceof Uint8Array &&
        headers['x-amz-checksum-crc32c'] !== undefined
      )
        headers['x-amz-content-sha256'] = 'UNSIGNED-PAYLOAD';
      return next(args);
    },
    { step: 'build', priority: 'low', name: 'leavePayloadsUnsigned' },
  );
}
