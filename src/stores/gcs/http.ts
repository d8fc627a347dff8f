/** One request over HTTP, once, and how long it is waited for. Bodies go out and come in as they are: nothing is unpacked or followed. */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

/** Milliseconds. */
export interface HttpWaits {
  readonly connect: number;
  /** Without a byte either way, of a request that carries few. */
  readonly answer: number;
  /** The same while an answer is read. */
  readonly silence: number;
  /** The same of a request that carries many: its last ones may still be in the system's buffers. */
  readonly sent: number;
  /** The same while the server makes an object of what it has. That it is gone is found out by TCP before. */
  readonly work: number;
}

export const usualWaits: HttpWaits = {
  connect: 10_000,
  answer: 60_000,
  silence: 30_000,
  sent: 120_000,
  work: 900_000,
};

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With its query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** All of it, in pieces; they are not to be changed until there is an answer. */
  readonly body?: readonly Uint8Array[];
  /** What is waited for; default: an answer. */
  readonly wait?: 'answer' | 'sent' | 'work';
  readonly signal?: AbortSignal | undefined;
}

/** The variables of the environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Connections at once: what waits for one is not under way. */
const connections = 64;

export class Http {
  readonly #base: URL;
  readonly #agent: HttpAgent;
  readonly #waits: HttpWaits;

  /** `base`: the server. `env` names proxies. */
  constructor(base: URL, env: Environment, waits: HttpWaits = usualWaits) {
    this.#base = base;
    const usual = { keepAlive: true, maxSockets: connections, proxyEnv: { ...env } };
    this.#agent = base.protocol === 'https:' ? new HttpsAgent(usual) : new HttpAgent(usual);
    this.#waits = waits;
  }

  /** Resolves with the beginning of the answer, whatever its status; its body is to be read, or destroyed. */
  send({ method, path, headers, body = [], wait = 'answer', signal }: HttpRequest): Promise<IncomingMessage> {
    const length = body.reduce((sum, { byteLength }) => sum + byteLength, 0);
    const { protocol, hostname, port, pathname } = this.#base;
    const options = {
      method,
      agent: this.#agent,
      hostname: hostname.replace(/^\[|\]$/g, ''),
      port,
      path: pathname.replace(/\/$/, '') + path,
      headers: { ...headers, ...(method === 'GET' ? {} : { 'content-length': String(length) }) },
      ...(signal === undefined ? {} : { signal }),
    };
    return new Promise((resolve, reject) => {
      const request = protocol === 'https:' ? httpsRequest(options) : httpRequest(options);
      const late = (what: string) => () =>
        request.destroy(Object.assign(new Error(`timed out: ${what}`), { code: 'ETIMEDOUT' }));
      const connecting = setTimeout(late('no connection'), this.#waits.connect);
      request.once('socket', (socket) => {
        if (!socket.connecting) clearTimeout(connecting);
        else socket.once(protocol === 'https:' ? 'secureConnect' : 'connect', () => clearTimeout(connecting));
      });
      request.setTimeout(this.#waits[wait], late('no answer'));
      // What comes after the answer is its reader's matter.
      request.on('error', (error) => {
        clearTimeout(connecting);
        reject(error);
      });
      request.once('response', (response) => {
        clearTimeout(connecting);
        response.setTimeout(this.#waits.silence, late('nothing more came'));
        resolve(response);
      });
      for (const piece of body) request.write(piece);
      request.end();
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** All of a short answer. */
export async function textOf(answer: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of answer) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString();
}
