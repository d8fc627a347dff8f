/** Asks somebody else's server whether a sender may send, and tells it when one has gone: fields as users of nginx-rtmp's `on_publish` know them. */
import { ConfigurationError, SluiceError } from '../../errors.ts';
import type { Caller } from './contract.ts';
import type { Admission } from './desk/desk.ts';

export interface AuthorizeOptions {
  /** `http:` or `https:`; user and password in it are sent as Basic authentication. */
  readonly url: string;
  readonly form: 'json' | 'form';
  /** Milliseconds that it has. Default 1500, for a sender is answered within two seconds. */
  readonly timeout?: number;
}

export interface Authorizer {
  /** Any status of success lets the sender in, any other refuses it. Rejects with SluiceError when nobody answers in time. */
  ask(caller: Caller): Promise<Admission>;
  /** Never rejects: who has gone has gone. */
  left(caller: Caller): Promise<void>;
}

const usualTimeout = 1500;

/** Throws ConfigurationError for an address that is none. */
export function authorizer({ url, form, timeout = usualTimeout }: AuthorizeOptions): Authorizer {
  const { address, headers } = parsed(url);
  const post = async (call: string, caller: Caller): Promise<number> => {
    const fields = fieldsOf(call, caller);
    try {
      const response = await fetch(address, {
        method: 'POST',
        headers: form === 'json' ? { ...headers, 'content-type': 'application/json' } : headers,
        body: form === 'json' ? JSON.stringify(fields) : new URLSearchParams(fields),
        redirect: 'manual',
        signal: AbortSignal.timeout(timeout),
      });
      await response.body?.cancel();
      return response.status;
    } catch (cause) {
      throw new SluiceError('the server that says who may send does not answer', { cause });
    }
  };
  return {
    async ask(caller) {
      const status = await post('publish', caller);
      if (status >= 200 && status < 300) return { isGood: true };
      return { isGood: false, message: `stream "${caller.stream}" may not be sent by this key` };
    },
    async left(caller) {
      await post('publish_done', caller).catch(() => {});
    },
  };
}

function fieldsOf(call: string, { protocol, stream, key, address }: Caller): Record<string, string> {
  const addr = address.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
  return { call, app: 'live', name: stream, stream, key, addr, protocol };
}

function parsed(url: string): { readonly address: URL; readonly headers: Readonly<Record<string, string>> } {
  const address = URL.canParse(url) ? new URL(url) : undefined;
  if (address === undefined || !/^https?:$/.test(address.protocol))
    throw new ConfigurationError('--authorize: it is no address of a server: write https://HOST/PATH');
  const { username, password } = address;
  if (username === '' && password === '') return { address, headers: {} };
  address.username = '';
  address.password = '';
  const secret = Buffer.from(`${decoded(username)}:${decoded(password)}`);
  return { address, headers: { authorization: `Basic ${secret.toString('base64')}` } };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ConfigurationError(
      '--authorize: user or password have a % that begins no escape: write %25 in its place',
    );
  }
}
