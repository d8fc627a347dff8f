/** The way to HDFS: requests of WebHDFS to the namenode that is active, and on to the datanode that it names. */
import type { IncomingMessage } from 'node:http';
import { DatanodeAway, HdfsRefusal, isElsewhere, meaningOf } from './answers.ts';
import { HdfsHttp, type HdfsWaits, textOf } from './http.ts';
import { type Environment, type HdfsIdentity, identityOf } from './identity.ts';
import type { HdfsPlace } from './place.ts';
import type { FileStatus } from './status.ts';

/** One operation on one path. */
export interface HdfsOperation {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly op: string;
  /** From the root, without a slash before it. */
  readonly path: string;
  readonly parameters?: Readonly<Record<string, string>> | undefined;
  /** E.g. `read`, for `cannot read hdfs://...`. */
  readonly doing: string;
  /** It is about all of the place, and no one file: what is refused is refused for good. */
  readonly isPlace?: boolean;
  readonly body?: Uint8Array;
  readonly signal?: AbortSignal;
}

export class HdfsClient {
  readonly place: HdfsPlace;
  readonly #http: HdfsHttp;
  readonly #env: Environment;
  #identity: HdfsIdentity | undefined;
  /** Which namenode answered last. */
  #active = 0;

  constructor(place: HdfsPlace, env: Environment = process.env, waits?: HdfsWaits) {
    this.place = place;
    this.#env = env;
    this.#http = new HdfsHttp(waits);
  }

  /** The URL of a path, for people. */
  shown(path: string): string {
    const { url, prefix } = this.place;
    const root = prefix === '' ? url : url.slice(0, -prefix.length);
    return `${root.replace(/\/$/, '')}/${path}`.replace(/\/$/, '');
  }

  /** What a namenode answers by itself, as JSON that has `field`. Throws what {@link meaningOf} makes of a failure. */
  json<T extends object>(operation: HdfsOperation, field?: keyof T & string): Promise<T> {
    return this.#meaningfully(operation, async () => {
      const answer = await this.#ofNamenode(operation);
      if ((answer.statusCode ?? 0) >= 300) throw await refused(answer);
      const text = await textOf(answer);
      const value = parsed(text);
      // What answers in a server's place (a portal that wants a log-in) is to be no empty folder.
      if (value !== undefined && (field === undefined || field in value)) return value as T;
      throw new HdfsRefusal(answer.statusCode ?? 0, answer.headers, text);
    });
  }

  /** What a datanode answers; the operation's bytes go there alone. */
  data(operation: HdfsOperation): Promise<IncomingMessage> {
    return this.#meaningfully(operation, async () => {
      const first = await this.#ofNamenode(operation);
      const { location } = first.headers;
      // Gateways give what is read at once.
      if (location === undefined && operation.method === 'GET' && first.statusCode === 200) return first;
      if (location === undefined || first.statusCode !== 307) throw await refused(first);
      first.resume();
      const answer = await this.#ofDatanode(operation, locationOf(location, operation.path));
      if ((answer.statusCode ?? 0) >= 300) throw await refused(answer);
      return answer;
    });
  }

  /** The same as a text; where only its coming matters it is passed over. */
  async text(operation: HdfsOperation): Promise<string> {
    const answer = await this.data(operation);
    return this.#meaningfully(operation, () => textOf(answer));
  }

  async status(path: string, doing = 'look at', isPlace = false): Promise<FileStatus> {
    const asked = { method: 'GET', op: 'GETFILESTATUS', path, doing, isPlace } as const;
    const { FileStatus } = await this.json<{ FileStatus: FileStatus }>(asked, 'FileStatus');
    return FileStatus;
  }

  /** The meaning of an error that came while an answer was read. */
  meaning(
    error: unknown,
    { doing, path, isPlace = false }: Pick<HdfsOperation, 'doing' | 'path' | 'isPlace'>,
  ): Error {
    const { who = '', isRenewable = false } = this.#identity ?? {};
    return meaningOf(error, {
      cannot: `cannot ${doing} ${this.shown(path)}`,
      isFile: !isPlace,
      who,
      isRenewable,
    });
  }

  close(): void {
    this.#http.close();
  }

  async #meaningfully<T>(operation: HdfsOperation, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      // The next request has the newest token.
      if (error instanceof HdfsRefusal && /InvalidToken/.test(error.exception + error.message))
        this.#identity = undefined;
      throw this.meaning(error, operation);
    }
  }

  /** The answer of the active namenode; of several each is asked once. */
  async #ofNamenode(operation: HdfsOperation): Promise<IncomingMessage> {
    const { namenodes } = this.place;
    for (let left = namenodes.length; ; ) {
      try {
        return await this.#ofOne(namenodes[this.#active]!, operation);
      } catch (error) {
        if (!isElsewhere(error)) throw error;
        this.#active = (this.#active + 1) % namenodes.length;
        if (--left === 0) throw error;
      }
    }
  }

  async #ofOne(
    namenode: string,
    { method, op, path, parameters, signal }: HdfsOperation,
  ): Promise<IncomingMessage> {
    this.#identity ??= identityOf(this.#env, this.place.namenodes);
    const url = new URL(`${this.place.protocol}//${namenode}/webhdfs/v1/${encodedPath(path)}`);
    url.search = String(new URLSearchParams({ op, ...parameters, ...this.#identity.parameters }));
    const answer = await this.#http.send({ method, url, signal });
    // It is on the way to the next, where there is one.
    if (answer.statusCode !== 403) return answer;
    throw await refused(answer);
  }

  async #ofDatanode(operation: HdfsOperation, url: URL): Promise<IncomingMessage> {
    const { method, body, signal } = operation;
    try {
      return await this.#http.send({ method, url, body, signal, isWork: true });
    } catch (error) {
      if ((error as Error).name === 'AbortError' || !isElsewhere(error)) throw error;
      throw new DatanodeAway(url.host, error as NodeJS.ErrnoException);
    }
  }
}

/** Nothing is an object without anything. */
function parsed(text: string): object | undefined {
  if (text === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Each name by itself: a slash in it there is none. */
function encodedPath(path: string): string {
  return path.replace(/\/$/, '').split('/').map(encodeURIComponent).join('/');
}

/**
 * Where a namenode sends us, for this very path: Java composes what it writes into a Location (`URI.toASCIIString`), and that of a decomposed
 * name would be another file.
 */
function locationOf(location: string, path: string): URL {
  const url = new URL(location);
  const before = /^.*?\/webhdfs\/v1\//.exec(url.pathname)?.[0];
  if (before !== undefined) url.pathname = before + encodedPath(path);
  return url;
}

async function refused(answer: IncomingMessage): Promise<HdfsRefusal> {
  return new HdfsRefusal(answer.statusCode ?? 0, answer.headers, await textOf(answer));
}
