/** What is read of an error of Azure's libraries. Pure. */
import { withoutSecrets } from '../../secrets.ts';
import { retryAfter } from '../retry-after.ts';

export interface AzureSeen {
  readonly name: string;
  readonly message: string;
  /** Undefined where nobody answered, or the answer broke off. */
  readonly status: number | undefined;
  /** Azure's name for what is wrong. */
  readonly answer: string | undefined;
  /** The system's, of a connection. */
  readonly system: string | undefined;
  /** Milliseconds. */
  readonly retryAfter: number | undefined;
  /** It is about who asks, before anything was asked. */
  readonly isIdentity: boolean;
}

/** What a `RestError` of @azure/core-rest-pipeline has. */
interface RestErrorLike {
  readonly code?: unknown;
  readonly statusCode?: unknown;
  readonly response?: { readonly headers?: { get(name: string): string | undefined } };
}

const noAnswer = 'what answered is no server of Azure Blob Storage, or its answer broke off';

export function seenOf(error: Error): AzureSeen {
  const { code, statusCode, response } = error as RestErrorLike;
  const status = typeof statusCode === 'number' ? statusCode : undefined;
  const named = typeof code === 'string' ? code : undefined;
  // An answer to HEAD has no body to say it.
  const said = response?.headers?.get('x-ms-error-code') ?? (status === undefined ? undefined : named);
  // It quotes all that it could not read.
  const isNoAnswer = named === 'PARSE_ERROR';
  const answer = isNoAnswer ? undefined : said;
  return {
    name: error.name,
    message: isNoAnswer ? noAnswer : messageOf(error),
    status,
    answer,
    system: status === undefined && !isNoAnswer ? named : undefined,
    retryAfter: retryAfter(response?.headers?.get('retry-after')),
    isIdentity: /credential|authentication/i.test(error.name),
  };
}

/** E.g. `403 AuthorizationPermissionMismatch: This request is not authorized to perform this operation using this permission.` */
export function shownOf({ status, answer, message, name }: AzureSeen): string {
  const words = [status === undefined ? '' : String(status), answer ?? ''].filter((word) => word !== '');
  const said = message === answer ? '' : message;
  return withoutSecrets([words.join(' '), said].filter((text) => text !== '').join(': ')) || name;
}

/** The first line: behind it come the number of the request, and the time. An answer that is no error of Azure's is a page of its own. */
function messageOf({ message }: Error): string {
  const first = message.split(/\r?\n/, 1)[0]!.trim();
  return first.startsWith('<') ? '' : first.slice(0, 300);
}
