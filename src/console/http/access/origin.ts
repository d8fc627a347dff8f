/** From where a request comes, by what a browser says of it, and whether that may ask us. Pure. */
import type { IncomingHttpHeaders } from 'node:http';
import { isIPv4 } from 'node:net';

/** Hosts by which somebody on this machine calls it. */
const ownNames = ['localhost', '127.0.0.1', '[::1]'];

/** True for what only this machine can reach. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  return name === 'localhost' || name === '::1' || (isIPv4(name) && name.startsWith('127.'));
}

export interface Expected {
  /** What is listened on. */
  readonly host: string;
  /** Where browsers find the console, where that is not here. */
  readonly url?: string | undefined;
}

/**
 * Why a request may not go on, whoever sent it; undefined: it may. On the loopback device a page of anybody could have its own name
 * point to 127.0.0.1, and would be of our origin then: only names that are ours are answered.
 */
export function hostRefusal(headers: IncomingHttpHeaders, { host, url }: Expected): string | undefined {
  const { host: asked, ':authority': authority } = headers;
  const name = hostNameOf(asked ?? (typeof authority === 'string' ? authority : ''));
  if (!isLoopback(host)) return undefined;
  const known = [...ownNames, host.includes(':') && !host.startsWith('[') ? `[${host}]` : host];
  if (url !== undefined) known.push(new URL(url).hostname);
  if (known.includes(name)) return undefined;
  return 'this name is not one of this console: use localhost, or tell it its address with --url';
}

/** `example.com:80` -> `example.com`. */
function hostNameOf(text: string): string {
  return text.toLowerCase().replace(/:\d*$/, '');
}

/** The same of what other sites have their visitors' browsers ask. `changes`: it is no plain question. */
export function siteRefusal(
  headers: IncomingHttpHeaders,
  changes: boolean,
  url?: string,
): string | undefined {
  const { origin, host, ':authority': authority, 'sec-fetch-site': site } = headers;
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    return 'pages of other sites may not ask this';
  if (!changes || origin === undefined) return undefined;
  const from = URL.canParse(origin) ? new URL(origin).host : undefined;
  const own = [host ?? authority, ...(url === undefined ? [] : [new URL(url).host])];
  return from !== undefined && own.includes(from)
    ? undefined
    : 'pages of other sites may not change anything';
}
