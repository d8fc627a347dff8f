/** What a server of Azure Blob Storage refuses, and failures on the way to it, mean. Pure. */
import { ConfigurationError } from '../../errors.ts';
import { StoreFault, type StoreFaultScope } from '../store-fault.ts';
import { tlsFault } from '../tls-faults.ts';
import { type AzureSeen, seenOf, shownOf } from './seen.ts';

/** What was to be done, for people and for what an answer means there. */
export interface AzureAsked {
  /** E.g. `cannot list azblob://films`. */
  readonly cannot: string;
  readonly container: string;
  /** It was about one blob: a refusal may be of that one alone. */
  readonly isObject: boolean;
  readonly endpoint: string;
  /** Something was answered well before: who asks is known there. */
  readonly hasWorked: boolean;
}

/** What concerns one name, or passes; by Azure's codes, whatever their status. A `why` of none is the server's own. */
interface Kind {
  readonly scope: StoreFaultScope;
  readonly code: string;
  readonly why?: string;
}

const passing: Kind = { scope: 'sink', code: 'EAGAIN' };
const another: Kind = { scope: 'name', code: 'ESTALE', why: 'the blob is another one by now' };
const leased: Kind = {
  scope: 'name',
  code: 'EACCES',
  why: 'somebody holds a lease on the blob: break it, or wait for its end',
};
const fixed: Kind = {
  scope: 'name',
  code: 'EACCES',
  why: 'a policy of the container keeps the blob as it is (immutable storage)',
};
const archived: Kind = { scope: 'name', code: 'EINVAL', why: 'the blob is archived; rehydrate it first' };
const crowded: Kind = {
  scope: 'name',
  code: 'EINVAL',
  why: 'too many blocks stand there that are in no blob; those of programs that were killed are gone a week after',
};

const kinds: ReadonlyMap<string, Kind> = new Map([
  ...each(
    ['ServerBusy', 'InternalError', 'OperationTimedOut', 'TooManyRequests', 'AccountBeingCreated'],
    passing,
  ),
  ...each(['EgressIsOverAccountLimit', 'IngressIsOverAccountLimit', 'TpsOverAccountLimit'], passing),
  ...each(['Md5Mismatch', 'Crc64Mismatch', 'IncompleteBody'], passing),
  ...each(
    ['ConditionNotMet', 'TargetConditionNotMet', 'SourceConditionNotMet', 'BlobAlreadyExists'],
    another,
  ),
  ...each(
    ['LeaseIdMissing', 'LeaseIdMismatchWithBlobOperation', 'LeaseNotPresentWithBlobOperation', 'LeaseLost'],
    leased,
  ),
  ...each(['BlobImmutableDueToPolicy', 'BlobImmutableDueToLegalHold', 'BlobNotModifiableDueToPolicy'], fixed),
  ...each(['BlobArchived', 'BlobBeingRehydrated'], archived),
  ...each(['BlockCountExceedsLimit', 'RequestEntityTooLargeBlockCountExceedsLimit'], crowded),
  [
    'BlobUsesCustomerSpecifiedEncryption',
    { scope: 'name', code: 'EINVAL', why: 'the blob has a key of its own' },
  ],
  // Blocks of somebody else stand there, whose ids have another length.
  [
    'InvalidBlobOrBlock',
    { scope: 'name', code: 'EEXIST', why: 'blocks of another program stand there that are in no blob' },
  ],
  ['InvalidBlockList', { scope: 'name', code: 'ENOENT', why: 'what went up of it is not there any more' }],
  ['InvalidRange', { scope: 'name', code: 'ERANGE', why: 'the blob has no such bytes' }],
  ['BlobNotFound', { scope: 'name', code: 'ENOENT', why: 'there is no such blob' }],
  [
    'UnauthorizedBlobOverwrite',
    { scope: 'name', code: 'EACCES', why: 'a blob stands there, and these credentials may not replace it' },
  ],
]);

function each(codes: readonly string[], kind: Kind): (readonly [string, Kind])[] {
  return codes.map((code) => [code, kind] as const);
}

/** The error to throw for one of Azure's client: a StoreFault, or a ConfigurationError for what only the user can mend. */
export function meaningOf(error: unknown, asked: AzureAsked): Error {
  if (error instanceof StoreFault || error instanceof ConfigurationError || !(error instanceof Error))
    return error as Error;
  if (error.name === 'AbortError') return error;
  const seen = seenOf(error);
  const cause = Object.assign(new Error(shownOf(seen) || seen.name), { name: seen.name });
  const { retryAfter } = seen;
  const fault = ({ scope, code, why = shownOf(seen) }: Kind): StoreFault =>
    new StoreFault(`${asked.cannot}: ${why}`, { scope, code, retryAfter, cause });
  const known = kinds.get(seen.answer ?? '');
  if (known !== undefined) return fault(known);
  const refusal = refusalOf(seen, asked);
  if (refusal !== undefined) return new ConfigurationError(`${asked.cannot}: ${refusal}`, { cause });
  return fault(kindOf(seen, asked));
}

/** What only the user can mend, with what to do; undefined for all else. */
function refusalOf(
  seen: AzureSeen,
  { container, endpoint, isObject, hasWorked }: AzureAsked,
): string | undefined {
  const { answer, status, isIdentity } = seen;
  if (isIdentity && !hasWorked && !isUnreachable(seen))
    return `there are no Azure credentials (${shownOf(seen)}): set AZURE_STORAGE_KEY, AZURE_STORAGE_SAS_TOKEN or AZURE_STORAGE_CONNECTION_STRING, or log in by az login`;
  if (isIdentity) return undefined;
  if (answer === 'ContainerNotFound' || answer === 'ContainerBeingDeleted' || answer === 'ContainerDisabled')
    return `there is no container ${container} at ${endpoint}: make it, or name another`;
  if (answer === 'AccountIsDisabled') return `the storage account is disabled (${shownOf(seen)})`;
  // Azurite says so under the name of another refusal.
  if (answer === 'AuthenticationFailed' || (status === 403 && /failed to authenticate/.test(seen.message)))
    return `the Azure credentials are not right, or have run out, or this machine's clock is wrong (${shownOf(seen)})`;
  if ((status === 401 && !hasWorked) || (status === 403 && !isObject)) return denied(seen, container);
  if (status === undefined)
    return tlsFault(seen.system, seen.message, { authorities: 'NODE_EXTRA_CA_CERTS' });
  const isRefused = status >= 400 && status < 500 && status !== 401 && status !== 408 && status !== 429;
  return isRefused && !isObject ? `the server refuses (${shownOf(seen)})` : undefined;
}

function kindOf(seen: AzureSeen, { container, endpoint }: AzureAsked): Kind {
  const { status, isIdentity } = seen;
  if (isIdentity && isUnreachable(seen)) return passing;
  if (isIdentity || status === 401)
    return { ...passing, why: `the credentials have run out (${shownOf(seen)}); log in again, by az login` };
  if (status === 403) return { scope: 'name', code: 'EACCES', why: denied(seen, container) };
  if (status === 404) return { scope: 'name', code: 'ENOENT', why: 'there is no such blob' };
  // 304: what gateways make of a condition that is not met, whatever the condition was.
  if (status === 412 || status === 304) return another;
  if (status === 416) return { scope: 'name', code: 'ERANGE', why: 'the blob has no such bytes' };
  if (status === 507) return { scope: 'space', code: 'ENOSPC' };
  if (status !== undefined && status >= 400 && status < 500 && status !== 408 && status !== 429)
    return { scope: 'name', code: 'EINVAL', why: `the server refuses (${shownOf(seen)})` };
  if (seen.system === 'ENOTFOUND')
    return { ...passing, why: `${shownOf(seen)}: is ${new URL(endpoint).hostname} the account's host?` };
  return passing;
}

/** Who would say who asks cannot be spoken to for now. */
function isUnreachable({ status, message }: AzureSeen): boolean {
  if (status !== undefined && (status >= 500 || status === 429)) return true;
  return /\b(?:ENOTFOUND|EAI_AGAIN|ECONN\w+|ETIMEDOUT|network_error|endpoints_resolution_error)\b/.test(
    message,
  );
}

function denied(seen: AzureSeen, container: string): string {
  return `access is denied (${shownOf(seen)}): give these credentials the rights that docs/stores.md lists, on ${container}`;
}
