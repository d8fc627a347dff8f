/**
 * Where a stream is pushed to: `rtmp://HOST[:PORT]/APP/KEY`, `rtmps://...`, `srt://HOST:PORT?streamid=...&passphrase=...`. What may be shown of it, what
 * stands on FFmpeg's command line, and what FFmpeg is told without that: docs/adr/0283-keys-reach-ffmpeg-by-a-file.md. Pure.
 */
import { ConfigurationError } from '../../errors.ts';

/** Which container and codecs a target takes. */
export type TargetKind = 'rtmp' | 'srt';

export interface PushTarget {
  readonly kind: TargetKind;
  /** For people: no key is in it. */
  readonly shown: string;
  /** For FFmpeg's command line, which everybody on the machine may read. */
  readonly address: string;
  /** Options of FFmpeg that nobody else may read, by their names. */
  readonly hidden: readonly (readonly [name: string, value: string])[];
}

/** FFmpeg reads a line of so many characters at most. */
const longestValue = 900;

const form = 'write rtmp://HOST/APP/KEY, rtmps://HOST/APP/KEY or srt://HOST:PORT?streamid=ID&passphrase=WORD';

/** Throws ConfigurationError, without what may be a key. */
export function parseTarget(text: string): PushTarget {
  const match = /^(rtmps?|srt):\/\/([^/?#]*)(\/[^?]*)?(\?.*)?$/i.exec(text.trim());
  if (match === null)
    throw new ConfigurationError(`an address to push to is of no kind that is known; ${form}`);
  const [, scheme = '', authority = '', path = '', query = ''] = match;
  const lower = scheme.toLowerCase();
  if (authority.includes('@')) {
    throw new ConfigurationError(
      `${lower}://***@${authority.replace(/.*@/, '')}: a user and a password cannot be handed on unseen; use a key`,
    );
  }
  if (!/^(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/.test(authority)) {
    throw new ConfigurationError(`an address to push to has no host; ${form}`);
  }
  return lower === 'srt' ? srt(authority, query) : rtmp(lower, authority, path, query);
}

function rtmp(scheme: string, authority: string, path: string, query: string): PushTarget {
  const words = path.split('/').slice(1);
  const name = words.pop() ?? '';
  const app = words.join('/');
  if (app === '' || name === '') {
    throw new ConfigurationError(`${scheme}://${authority}: an application and a key are missing; ${form}`);
  }
  return {
    kind: 'rtmp',
    shown: `${scheme}://${authority}/${app}/***`,
    address: `${scheme}://${authority}/`,
    hidden: checked(authority, [
      ['rtmp_app', app],
      ['rtmp_playpath', name + query],
      // FFmpeg believes any certificate unless it is told not to.
      ...(scheme === 'rtmps' ? [['tls_verify', '1'] as const] : []),
    ]),
  };
}

/** What may stand behind the question mark, as FFmpeg calls it; but `mode`, which is part of the address. */
const srtNames: ReadonlySet<string> = new Set([
  ...['streamid', 'passphrase', 'pbkeylen', 'enforced_encryption', 'latency', 'rcvlatency', 'peerlatency'],
  ...[
    'connect_timeout',
    'timeout',
    'listen_timeout',
    'maxbw',
    'inputbw',
    'oheadbw',
    'pkt_size',
    'payload_size',
  ],
  ...[
    'mss',
    'ffs',
    'sndbuf',
    'rcvbuf',
    'send_buffer_size',
    'recv_buffer_size',
    'tlpktdrop',
    'nakreport',
    'snddropdelay',
  ],
  ...['lossmaxttl', 'minversion', 'ipttl', 'iptos', 'smoother', 'messageapi', 'transtype', 'linger', 'tsbpd'],
]);

function srt(authority: string, query: string): PushTarget {
  if (!/:\d+$/.test(authority))
    throw new ConfigurationError(`srt://${authority}: a port is missing; ${form}`);
  let mode = 'caller';
  const hidden: [string, string][] = [];
  for (const item of query
    .slice(1)
    .split('&')
    .filter((one) => one !== '')) {
    const at = item.indexOf('=');
    const name = at === -1 ? item : item.slice(0, at);
    const value = decoded(at === -1 ? '' : item.slice(at + 1));
    if (name === 'mode' && ['caller', 'listener', 'rendezvous'].includes(value)) mode = value;
    else if (srtNames.has(name)) hidden.push([name, value]);
    else throw new ConfigurationError(`srt://${authority}: FFmpeg knows ${unknown(item)} of SRT; ${form}`);
  }
  return {
    kind: 'srt',
    shown: `srt://${authority}`,
    address: `srt://${authority}?mode=${mode}`,
    hidden: checked(authority, hidden),
  };
}

/** A key that has a `&`, or no name before it, comes here as well, and is not repeated. */
function unknown(item: string): string {
  const name = /^([a-z_]{1,30})=/.exec(item)?.[1];
  return name === undefined ? 'nothing of this kind (a & in a value is written %26)' : `no "${name}"`;
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** Each becomes a line of a file. */
function checked(authority: string, hidden: PushTarget['hidden']): PushTarget['hidden'] {
  for (const [name, value] of hidden) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be in it
    if (value === '' || value.length > longestValue || /[\u0000-\u001f\u007f]/.test(value)) {
      throw new ConfigurationError(
        `${authority}: ${name} is empty, too long, or has characters that no key has`,
      );
    }
  }
  return hidden;
}

/** The same texts, told apart where two targets show alike. */
export function withNames(targets: readonly PushTarget[]): readonly PushTarget[] {
  const seen = new Map<string, number>();
  return targets.map((target) => {
    const count = (seen.get(target.shown) ?? 0) + 1;
    seen.set(target.shown, count);
    return count === 1 ? target : { ...target, shown: `${target.shown} (${count})` };
  });
}

/** A text of FFmpeg's or a server's without what is hidden: a server may repeat the key in its refusal, without what stands behind it or that alone. */
export function hiding(text: string, { hidden }: PushTarget): string {
  // Numbers and single words of options are no secrets, and would blacken half of the sentence.
  const secrets = hidden.flatMap(([name, value]) => {
    if (!secretNames.has(name)) return [];
    const [key = '', ...rest] = value.split(/[?&]/);
    const behind = rest.map((each) => each.slice(each.indexOf('=') + 1)).filter((each) => each.length >= 8);
    return [value, key, ...behind].filter((each) => each.length >= 4);
  });
  // The longest first: it may hold others.
  return secrets
    .sort((one, other) => other.length - one.length)
    .reduce((shown, secret) => shown.replaceAll(secret, '***'), text);
}

const secretNames: ReadonlySet<string> = new Set(['rtmp_playpath', 'streamid', 'passphrase']);
