/** The way to a bucket: Google's JSON API, one try a request, errors that say what to do. */
import type { IncomingMessage } from 'node:http';
import { ConfigurationError } from '../../errors.ts';
import { StoreFault } from '../store-fault.ts';
import { type GcsAsked, meaningOfFailure, meaningOfRefusal } from './answers.ts';
import { Credentials } from './credentials.ts';
import { type Environment, Http, type HttpRequest, type HttpWaits, textOf, usualWaits } from './http.ts';
import { loadGoogleAuth } from './load.ts';
import type { GcsOptions } from './options.ts';
import type { GcsPlace } from './place.ts';

/** What is asked for, and for whom. */
export interface GcsRequest extends HttpRequest {
  /** E.g. `list`: what was not done when it fails. */
  readonly cannot: string;
  /** The object that it is about; else it is about the bucket. */
  readonly key?: string;
  /** An upload's own address says who asks. */
  readonly isSession?: boolean;
  /** Statuses that are an answer, beside those of success. */
  readonly also?: readonly number[];
}

export class GcsStore {
  readonly place: GcsPlace;
  readonly options: GcsOptions;
  /** The server that the user named, if any. */
  readonly endpoint: string | undefined;
  /** It only speaks like Google. */
  readonly isEmulator: boolean;
  readonly #http: Http;
  /** Undefined where nobody is to be told who asks. */
  readonly #credentials: Credentials | undefined;

  constructor(
    place: GcsPlace,
    options: GcsOptions,
    server: { readonly endpoint: string | undefined; readonly isEmulator: boolean; readonly http: Http },
    credentials: Credentials | undefined,
  ) {
    this.place = place;
    this.options = options;
    this.endpoint = server.endpoint;
    this.isEmulator = server.isEmulator;
    this.#http = server.http;
    this.#credentials = credentials;
  }

  /** `gs://BUCKET/KEY`, for people. */
  shown(key: string): string {
    return `gs://${this.place.bucket}/${key}`;
  }

  /** The path of a request about an object, or about all of them. Undefined values are left out. */
  path(
    root: '/storage/v1' | '/upload/storage/v1',
    key: string | undefined,
    query: Readonly<Record<string, string | number | undefined>>,
  ): string {
    const given = Object.entries({ ...query, userProject: this.options.userProject });
    const words = given.flatMap(([name, value]) =>
      value === undefined ? [] : `${name}=${encodeURIComponent(value)}`,
    );
    const object = key === undefined ? '' : `/${encodeURIComponent(key)}`;
    const bucket = encodeURIComponent(this.place.bucket);
    return `${root}/b/${bucket}/o${object}${words.length === 0 ? '' : `?${words.join('&')}`}`;
  }

  /** One request, once; resolves with an answer whose body is to be read or destroyed. Throws what refusals and failures mean. */
  async send(request: GcsRequest): Promise<IncomingMessage> {
    const { cannot, key, isSession = false, also = [], headers } = request;
    let answer: IncomingMessage;
    try {
      const who = isSession ? {} : await this.#credentials?.headers(this.#cannot(cannot, key));
      answer = await this.#http.send({ ...request, headers: { 'user-agent': 'sluice', ...who, ...headers } });
    } catch (error) {
      throw meaningOfFailure(error, this.#asked(request));
    }
    const status = answer.statusCode ?? 0;
    if ((status >= 200 && status < 300) || also.includes(status)) {
      if (!isSession) this.#credentials?.note();
      return answer;
    }
    const body = await textOf(answer).catch(() => '');
    // Whoever asks next looks whether there are new ones.
    if (status === 401) this.#credentials?.renew();
    const retryAfter = answer.headers['retry-after'];
    throw meaningOfRefusal({ status, body, retryAfter }, this.#asked(request));
  }

  /** The same where the answer is JSON. */
  async json(request: GcsRequest): Promise<unknown> {
    const answer = await this.send(request);
    return this.parsed(answer, request);
  }

  /** What an answer holds. */
  async parsed(answer: IncomingMessage, { cannot, key }: GcsRequest): Promise<unknown> {
    let text: string;
    try {
      text = await textOf(answer);
    } catch (error) {
      throw this.meaning(error, cannot, key);
    }
    try {
      return JSON.parse(text);
    } catch (cause) {
      // What answers in a server's place (a portal that wants a log-in) must not pass for it.
      const message = `${this.#cannot(cannot, key)}: what answered is not Google Cloud Storage`;
      throw new StoreFault(message, { scope: 'sink', code: 'EAGAIN', cause });
    }
  }

  /** What an error says that came while an answer was read. */
  meaning(error: unknown, cannot: string, key: string | undefined): Error {
    return meaningOfFailure(error, this.#asked({ cannot, ...(key === undefined ? {} : { key }) }));
  }

  close(): void {
    this.#http.close();
  }

  #cannot(cannot: string, key: string | undefined): string {
    return `cannot ${cannot} ${key === undefined ? this.place.url : this.shown(key)}`;
  }

  #asked({
    cannot,
    key,
    isSession,
    method,
  }: Pick<GcsRequest, 'cannot' | 'key' | 'isSession'> & Partial<Pick<GcsRequest, 'method'>>): GcsAsked {
    const about = key === undefined ? 'bucket' : method === 'POST' ? 'new' : 'object';
    return {
      cannot: this.#cannot(cannot, key),
      bucket: this.place.bucket,
      about: isSession ? 'session' : about,
      endpoint: this.endpoint,
      anonymous: this.#credentials === undefined,
      haveWorked: this.#credentials?.haveWorked ?? false,
    };
  }
}

/** Makes no request. Throws ConfigurationError when the library is missing, or the options cannot be used. */
export async function openGcsStore(
  place: GcsPlace,
  options: GcsOptions = {},
  env: Environment = process.env,
  waits: HttpWaits = usualWaits,
): Promise<GcsStore> {
  const emulator = options.endpoint === undefined ? env.STORAGE_EMULATOR_HOST || undefined : undefined;
  const named = options.endpoint ?? emulator;
  const base = named === undefined ? new URL('https://storage.googleapis.com') : serverOf(named, emulator);
  const isAnonymous = options.anonymous || emulator !== undefined;
  if (!isAnonymous && base.protocol === 'http:' && !isOfThisMachine(base))
    throw new ConfigurationError(
      'the endpoint of gs:// is to be https://, since whoever reads a request could make others like it; --gs-anonymous does without credentials',
    );
  const credentials = isAnonymous ? undefined : new Credentials(await loadGoogleAuth());
  const http = new Http(base, env, waits);
  const server = { endpoint: named, isEmulator: emulator !== undefined, http };
  return new GcsStore(place, options, server, credentials);
}

function serverOf(named: string, emulator: string | undefined): URL {
  const text = emulator !== undefined && !named.includes('://') ? `http://${named}` : named;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const what = `the endpoint of gs://${emulator === undefined ? '' : ' (STORAGE_EMULATOR_HOST)'}`;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new ConfigurationError(`${what} is no URL of a server; write https://HOST:PORT`);
  if (url.username !== '' || url.password !== '')
    throw new ConfigurationError(`${what} has keys in it; write https://HOST:PORT`);
  return url;
}

function isOfThisMachine({ hostname }: URL): boolean {
  return /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}
