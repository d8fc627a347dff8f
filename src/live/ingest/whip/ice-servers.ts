/** Servers that help a sender to find its way (STUN, TURN), as browsers know them, and as a Link header tells them (RFC 9725, 4.6). Pure. */
import * as z from 'zod';
import { ConfigurationError } from '../../../errors.ts';

export interface IceServer {
  readonly urls: readonly string[];
  readonly username?: string | undefined;
  readonly credential?: string | undefined;
}

const url = z.string().regex(/^(?:stun|stuns|turn|turns):[^\s<>",;]+$/);
const server = z.object({
  urls: z.union([url.transform((one) => [one]), z.array(url)]),
  username: z.string().optional(),
  credential: z.string().optional(),
});

/** `text`: JSON, a list of RTCIceServer. Throws ConfigurationError, which repeats nothing of it: passwords stand there. */
export function readIceServers(text: string, name: string): readonly IceServer[] {
  try {
    return z.array(server).parse(JSON.parse(text));
  } catch {
    throw new ConfigurationError(
      `${name} is no list of ICE servers: it is JSON like [{"urls": "turn:turn.example.com:3478", "username": "...", "credential": "..."}]`,
    );
  }
}

/** A value of Link for each address. */
export function iceLinks(servers: readonly IceServer[]): string[] {
  const quoted = (value: string): string =>
    `"${value.replace(/["\\]/g, '\\$&').replace(/[^\x20-\x7e]/g, '')}"`;
  return servers.flatMap(({ urls, username, credential }) =>
    urls.map((url) => {
      const login =
        username === undefined || credential === undefined
          ? ''
          : `; username=${quoted(username)}; credential=${quoted(credential)}; credential-type="password"`;
      return `<${url}>; rel="ice-server"${login}`;
    }),
  );
}
