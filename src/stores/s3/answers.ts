/** What an S3 server's refusals, and failures on the way to it, mean. Pure. */
import { ConfigurationError } from '../../errors.ts';
import { withoutSecrets } from '../../secrets.ts';
import { retryAfter } from '../retry-after.ts';
import { StoreFault } from '../store-fault.ts';
import { type TlsAdvice, tlsFault } from '../tls-faults.ts';

/** What was to be done, for people and for what an answer means there. */
export interface S3Asked {
  /** E.g. `cannot list s3://bucket`. */
  readonly cannot: string;
  readonly bucket: string;
  /** It was about one object: a refusal may be of that one alone. */
  readonly isObject: boolean;
  /** A server that the user named, by flag or environment. */
  readonly endpoint: string | undefined;
  readonly anonymous: boolean;
  /** Something was answered well before: there were credentials. */
  readonly hasWorked: boolean;
}

/** What is read of an error of AWS's client. */
interface Seen {
  readonly name: string;
  readonly message: string;
  readonly status: number | undefined;
  /** The system's, of a connection. */
  readonly code: string | undefined;
  readonly retryAfter: number | undefined;
  readonly region: string | undefined;
}

/** Codes of S3 for what passes by itself, whatever their status. */
const passing = new Set([
  ...[
    'SlowDown',
    'Throttling',
    'ThrottlingException',
    'TooManyRequests',
    'RequestLimitExceeded',
    'BandwidthLimitExceeded',
  ],
  ...[
    'InternalError',
    'ServiceUnavailable',
    'RequestTimeout',
    'RequestTimeTooSkewed',
    'TimeoutError',
    'ServerBusy',
  ],
  ...['OperationAborted', 'ConditionalRequestConflict'],
  // What was sent arrived damaged, or not to its end.
  ...['BadDigest', 'XAmzContentChecksumMismatch', 'XAmzContentSHA256Mismatch', 'IncompleteBody'],
]);
const expired = new Set(['ExpiredToken', 'ExpiredTokenException', 'TokenRefreshRequired', 'RequestExpired']);
const wrongKeys = new Set([
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'InvalidToken',
  'InvalidClientTokenId',
]);
const elsewhere = new Set([
  'PermanentRedirect',
  'TemporaryRedirect',
  'AuthorizationHeaderMalformed',
  'IllegalLocationConstraintException',
]);
const noCredentials = new Set(['CredentialsProviderError', 'TokenProviderError']);
const full = new Set([
  'QuotaExceeded',
  'XMinioStorageFull',
  'InsufficientCapacity',
  'EntityTooLargeForQuota',
]);

const advice: TlsAdvice = {
  authorities: 'AWS_CA_BUNDLE or NODE_EXTRA_CA_CERTS',
  otherName: ", or --s3-path-style where it carries no bucket's",
};

/** True when the credentials have run out, or could not be had: whoever looks for them anew may find some. */
export function areToBeRenewed(error: unknown): boolean {
  return error instanceof Error && (expired.has(error.name) || areMissing(error.name));
}

function areMissing(name: string): boolean {
  return noCredentials.has(name) || /credential/i.test(name);
}

/** The error to throw for one of AWS's client: a StoreFault, or a ConfigurationError for what only the user can mend. */
export function meaningOf(error: unknown, asked: S3Asked): Error {
  if (error instanceof StoreFault || error instanceof ConfigurationError || !(error instanceof Error))
    return error as Error;
  const seen = look(error);
  const { name, status, code, retryAfter } = seen;
  const fault = (scope: StoreFault['scope'], kind: string, reason: string): StoreFault =>
    new StoreFault(`${asked.cannot}: ${reason}`, { scope, code: kind, retryAfter, cause: plain(seen) });
  const refusal = (reason: string): ConfigurationError =>
    new ConfigurationError(`${asked.cannot}: ${reason}`, { cause: plain(seen) });
  if (name === 'AbortError') return error;
  if (code === 'ERR_INVALID_URL')
    return refusal('the endpoint of S3, in the profile, is no URL of a server; write https://HOST:PORT');
  if (name === 'NoSuchBucket')
    return refusal(
      `there is no bucket ${asked.bucket}${asked.endpoint === undefined ? '' : ` at ${asked.endpoint}`}: make it, or name another`,
    );
  if (expired.has(name))
    return fault(
      'sink',
      'EAGAIN',
      `the credentials have expired (${name}); log in again, or renew the profile`,
    );
  // Whoever gives them out (a machine's or container's own service, a log-in) may be away.
  if (areMissing(name) && asked.hasWorked)
    return fault(
      'sink',
      'EAGAIN',
      `no credentials can be had any more (${shown(seen)}); where they are a log-in's, log in again`,
    );
  if (areMissing(name))
    return refusal(
      `there are no AWS credentials (${seen.message}): set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE; --s3-anonymous does without`,
    );
  if (wrongKeys.has(name))
    return refusal(
      `the AWS credentials are not right (${name}): correct them in the environment or the profile`,
    );
  if (elsewhere.has(name) || status === 301 || status === 307)
    return refusal(
      `the bucket is in another region${seen.region === undefined ? '' : `: --s3-region ${seen.region}`} (${shown(seen)}); name it by --s3-region or AWS_REGION`,
    );
  if (full.has(name) || status === 507) return fault('space', 'ENOSPC', shown(seen));
  if (name === 'InvalidObjectState')
    return fault('name', 'EINVAL', 'the object is archived; restore it first');
  // 304: what gateways make of a condition that is not met, whatever the condition was.
  if (status === 412 || status === 304 || name === 'PreconditionFailed')
    return fault('name', 'ESTALE', 'the object is another one by now');
  if (status === 416 || name === 'InvalidRange')
    return fault('name', 'ERANGE', 'the object has no such bytes');
  if (
    passing.has(name) ||
    status === 429 ||
    status === 408 ||
    (status !== undefined && status >= 500 && status !== 501)
  )
    return fault('sink', 'EAGAIN', shown(seen));
  if (status === 404)
    return asked.isObject ? fault('name', 'ENOENT', 'there is no such object') : refusal(shown(seen));
  if (status === 401 || status === 403)
    return asked.isObject ? fault('name', 'EACCES', denied(seen, asked)) : refusal(denied(seen, asked));
  if (status !== undefined && status >= 400)
    return asked.isObject
      ? fault('name', 'EINVAL', `the server refuses (${shown(seen)})`)
      : refusal(`the server refuses (${shown(seen)})`);
  // No status: nobody answered, or the answer broke off.
  const distrust = status === undefined ? tlsFault(code, seen.message, advice) : undefined;
  if (distrust !== undefined) return refusal(distrust);
  if (
    code !== undefined ||
    status !== undefined ||
    /aborted|socket|timed? ?out|premature/i.test(seen.message)
  )
    return fault('sink', 'EAGAIN', away(seen, asked));
  return error;
}

function denied(seen: Seen, { anonymous, bucket }: S3Asked): string {
  const who = anonymous
    ? 'nobody may do this without credentials: leave --s3-anonymous away'
    : `give these credentials the rights that docs/stores.md lists, on ${bucket}`;
  return `access is denied (${shown(seen)}): ${who}`;
}

function away(seen: Seen, { endpoint }: S3Asked): string {
  const style =
    seen.code === 'ENOTFOUND' && endpoint !== undefined
      ? '; a server that knows no buckets in host names wants --s3-path-style'
      : '';
  return `${seen.message || seen.code || seen.name}${style}`;
}

/** E.g. `403 AccessDenied: no identity-based policy allows it`. */
function shown({ status, name, message }: Seen): string {
  const numbered = status === undefined ? [] : [String(status)];
  const named = /^(?:Error|Unknown|UnknownError|\d+)$/.test(name) ? [] : [name];
  const said =
    message === '' || message === name || /^Unknown(?:Error)?$/.test(message) ? '' : `: ${message}`;
  return withoutSecrets(([...numbered, ...named].join(' ') + said).replace(/^: /, ''));
}

function look(error: Error): Seen {
  const { $metadata, $response, code, Region } = error as Error & {
    $metadata?: { httpStatusCode?: number };
    $response?: { statusCode?: number; headers?: Record<string, string> };
    code?: unknown;
    Region?: unknown;
  };
  const headers = $response?.headers ?? {};
  const region = typeof Region === 'string' ? Region : headers['x-amz-bucket-region'];
  return {
    name: error.name,
    message: error.message,
    status: $metadata?.httpStatusCode ?? $response?.statusCode,
    code: typeof code === 'string' && code !== error.name ? code : undefined,
    retryAfter: retryAfter(headers['retry-after']),
    region,
  };
}

/** Errors of AWS's client hold requests and answers whole: what is signed is nothing for logs. */
function plain(seen: Seen): Error {
  return Object.assign(new Error(shown(seen) || seen.name), { name: seen.name });
}
