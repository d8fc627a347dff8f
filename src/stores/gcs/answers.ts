/** What Google Cloud Storage's refusals, and failures on the way to it, mean. Pure. */
import { certificateCodes, untimely } from '../../certificate-codes.ts';
import { ConfigurationError } from '../../errors.ts';
import { withoutSecrets } from '../../secrets.ts';
import { StoreFault } from '../store-fault.ts';

/** What was to be done, for people and for what an answer means there. */
export interface GcsAsked {
  /** E.g. `cannot list gs://bucket`. */
  readonly cannot: string;
  readonly bucket: string;
  /** What a refusal is about; of an object that is to be made, what is missing is the bucket. */
  readonly about: 'bucket' | 'object' | 'new' | 'session';
  /** A server that the user named, by flag or environment. */
  readonly endpoint: string | undefined;
  readonly anonymous: boolean;
  /** These credentials were taken before. */
  readonly haveWorked: boolean;
}

/** An answer that is none of those wished for. */
export interface GcsRefusal {
  readonly status: number;
  readonly body: string;
  readonly retryAfter?: string | undefined;
}

/** The error to throw: a StoreFault, or a ConfigurationError for what only the user can mend. */
export function meaningOfRefusal(refusal: GcsRefusal, asked: GcsAsked): Error {
  const { status } = refusal;
  const { reason, message } = wordsOf(refusal.body);
  const shown = shownRefusal(status, reason, message);
  const cause = Object.assign(new Error(shown), { name: reason === '' ? 'GcsRefusal' : reason });
  const retryAfter = afterOf(refusal.retryAfter);
  const fault = (scope: StoreFault['scope'], code: string, text: string): StoreFault =>
    new StoreFault(`${asked.cannot}: ${text}`, { scope, code, retryAfter, cause });
  const mend = (text: string): ConfigurationError =>
    new ConfigurationError(`${asked.cannot}: ${text}`, { cause });
  const ofOne = (code: string, text: string): Error =>
    asked.about === 'bucket' ? mend(text) : fault('name', code, text);

  // 499: the upload was cancelled.
  if (asked.about === 'session' && [404, 410, 499].includes(status))
    return fault('name', 'ENOENT', 'the upload is not there any more');
  // 304: what gateways make of a condition that is not met, whatever the condition was.
  if (status === 412 || status === 304) return fault('name', 'ESTALE', 'the object is another one by now');
  if (status === 416) return fault('name', 'ERANGE', 'the object has no such bytes');
  const passes = /^(?:(?:userR|r)ateLimitExceeded|backendError|internalError)$/i.test(reason);
  if (passes || status === 429 || status === 408 || (status >= 500 && status !== 501))
    return fault('sink', 'EAGAIN', shown);
  if (status === 404 && (/^(?:bucket|new)$/.test(asked.about) || /bucket does not exist/i.test(message)))
    return mend(
      `there is no bucket ${asked.bucket}${asked.endpoint === undefined ? '' : ` at ${asked.endpoint}`}: make it, or name another`,
    );
  if (status === 404) return fault('name', 'ENOENT', 'there is no such object');
  if (/user project/i.test(message))
    return mend(`whoever asks pays for this bucket (${shown}): name a project by --gs-user-project`);
  if (status === 401 && !asked.anonymous && asked.haveWorked)
    return fault('sink', 'EAGAIN', `the credentials are not taken any more (${shown}); log in again`);
  if (status === 401 && !asked.anonymous)
    return mend(`Google does not take these credentials (${shown}): renew them`);
  // Damaged on the way: the same bytes may arrive whole, where they are still to be had.
  if (status === 400 && /crc32c|md5|checksum|hash/i.test(message))
    return asked.about === 'session' ? fault('name', 'ENOENT', shown) : fault('sink', 'EAGAIN', shown);
  // Of one object, and the rights of whoever asks have no part in it.
  if (/retention|hold/i.test(reason)) return ofOne('EACCES', `it is kept as it is (${shown})`);
  if (status === 401 || status === 403) return ofOne('EACCES', denied(shown, reason, asked));
  return ofOne('EINVAL', `the server refuses (${shown})`);
}

/** The same of what came instead of an answer, or amid one. */
export function meaningOfFailure(error: unknown, asked: GcsAsked): Error {
  if (error instanceof StoreFault || error instanceof ConfigurationError || !(error instanceof Error))
    return error as Error;
  if (error.name === 'AbortError') return error;
  const code = (error as NodeJS.ErrnoException).code;
  const distrust = distrustOf(code, error.message);
  if (distrust !== undefined) return new ConfigurationError(`${asked.cannot}: ${distrust}`, { cause: error });
  if (code === undefined && !/aborted|socket|timed? ?out|premature/i.test(error.message)) return error;
  return new StoreFault(`${asked.cannot}: ${error.message || code}`, {
    scope: 'sink',
    code: 'EAGAIN',
    cause: error,
  });
}

function denied(shown: string, reason: string, { anonymous, bucket }: GcsAsked): string {
  if (anonymous)
    return `access is denied (${shown}): nobody may do this without credentials: leave --gs-anonymous, or STORAGE_EMULATOR_HOST, away`;
  if (/insufficientPermissions|SCOPE_INSUFFICIENT/i.test(reason))
    return `access is denied (${shown}): the credentials have too narrow a scope; a machine's access scopes are to hold cloud-platform`;
  return `access is denied (${shown}): give these credentials the role that docs/stores.md names, on ${bucket}`;
}

/** The words of an error in JSON, or of one in XML. */
function wordsOf(body: string): { readonly reason: string; readonly message: string } {
  const [, reason = ''] = /<Code>([^<]*)</.exec(body) ?? [];
  if (reason !== '') return { reason, message: /<Message>([^<]*)</.exec(body)?.[1] ?? '' };
  try {
    const { error } = JSON.parse(body) as {
      error?: { message?: string; errors?: readonly { reason?: string }[] };
    };
    return { reason: error?.errors?.[0]?.reason ?? '', message: error?.message ?? '' };
  } catch {
    // Uploads are refused in plain words at times.
    return { reason: '', message: /^[^<]{1,300}$/s.test(body) ? body.trim() : '' };
  }
}

/** E.g. `403 forbidden: somebody does not have storage.objects.list access`. */
function shownRefusal(status: number, reason: string, message: string): string {
  const said = message === '' || message === reason ? '' : `: ${message}`;
  return withoutSecrets(`${status}${reason === '' ? '' : ` ${reason}`}${said}`);
}

/** Milliseconds of a `Retry-After` (RFC 9110, 10.2.3): seconds, or a date. */
function afterOf(header: string | undefined, now: number = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** Why a server is not spoken to, and what to do; undefined for all that may pass. */
function distrustOf(code: string | undefined, message: string): string | undefined {
  if (code === undefined) return undefined;
  if (certificateCodes.has(code))
    return `the server's certificate is not signed by a trusted authority (${code}): give its CA by NODE_EXTRA_CA_CERTS`;
  if (code === 'CERT_HAS_EXPIRED') return `the server's certificate ${untimely(code)}`;
  if (code === 'CERT_REVOKED') return "the server's certificate has been revoked: renew it";
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return "the server's certificate is not for this host name: use a name that it carries";
  if (/^(?:EPROTO|ERR_SSL_\w+)$/.test(code) && /wrong version number|packet length too long/i.test(message))
    return 'this port does not speak TLS: write http:// where it is to be spoken to without';
  return undefined;
}
