/** The way to a bucket: AWS's client with its chain of credentials, one try a request, times that end, errors that say what to do. */
import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import { ConfigurationError } from '../../errors.ts';

import { areToBeRenewed, meaningOf } from './answers.ts';
import { loadS3Sdk, type S3Sdk } from './load.ts';
import type { S3Options } from './options.ts';
import type { S3Place } from './place.ts';
import { type Environment, makeRequestHandler, type S3Waits, usualWaits } from './request-handler.ts';
import { leavePayloadsUnsigned } from './unsigned-payload.ts';

export class S3Store {
  readonly place: S3Place;
  readonly sdk: S3Sdk;
  readonly options: S3Options;
  /** The server that the user named, if any. */
  readonly endpoint: string | undefined;
  #client: S3Client;
  readonly #make: () => S3Client;
  #hasWorked = false;

  constructor(
    place: S3Place,
    sdk: S3Sdk,
    options: S3Options,
    endpoint: string | undefined,
    make: () => S3Client,
  ) {
    this.place = place;
    this.sdk = sdk;
    this.options = options;
    this.endpoint = endpoint;
    this.#make = make;
    this.#client = make();
  }

  /** What all requests have in common. */
  get common(): { readonly Bucket: string; readonly RequestPayer?: 'requester' } {
    const Bucket = this.place.bucket;
    return this.options.requesterPays ? { Bucket, RequestPayer: 'requester' } : { Bucket };
  }

  /** `s3://BUCKET/KEY`, for people. */
  shown(key: string): string {
    return `s3://${this.place.bucket}/${key}`;
  }

  /**
   * One request, once. `cannot` says what was not done when it fails, `key` which object it was about. Throws what {@link meaningOf}
   * makes of the client's error; where credentials had expired, or could not be had, the next request looks for new ones.
   */
  async ask<T>(
    cannot: string,
    key: string | undefined,
    request: (client: S3Client) => Promise<T>,
  ): Promise<T> {
    const client = this.#client;
    try {
      const answer = await request(client);
      this.#hasWorked = true;
      return answer;
    } catch (error) {
      if (areToBeRenewed(error) && client === this.#client) this.#client = this.#make();
      throw this.meaning(error, cannot, key);
    }
  }

  /** The same of an error that came while an answer was read. */
  meaning(error: unknown, cannot: string, key: string | undefined): Error {
    const { place, endpoint, options } = this;
    const about = key === undefined ? place.url : this.shown(key);
    return meaningOf(error, {
      cannot: `cannot ${cannot} ${about}`,
      bucket: place.bucket,
      isObject: key !== undefined,
      endpoint,
      anonymous: options.anonymous ?? false,
      hasWorked: this.#hasWorked,
    });
  }

  close(): void {
    this.#client.destroy();
  }
}

/** Makes no request. Throws ConfigurationError when the library is missing, or the options cannot be used. */
export async function openS3Store(
  place: S3Place,
  options: S3Options = {},
  env: Environment = process.env,
  waits: S3Waits = usualWaits,
): Promise<S3Store> {
  const sdk = await loadS3Sdk();
  const endpoint = endpointOf(options, env);
  const region = options.region ?? (env.AWS_REGION || env.AWS_DEFAULT_REGION || undefined);
  const base: S3ClientConfig = {
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    forcePathStyle: options.pathStyle || isOneServer(endpoint),
    maxAttempts: 1,
    requestChecksumCalculation: options.checksums === 'when-required' ? 'WHEN_REQUIRED' : 'WHEN_SUPPORTED',
    // What is read is digested as it is sent, and ranges have no checksum of their own.
    responseChecksumValidation: 'WHEN_REQUIRED',
    useArnRegion: true,
    logger: silent,
    ...(options.anonymous ? anonymous : {}),
  };
  const requestHandler = makeRequestHandler(sdk, base, waits, env);
  const shared = new sdk.S3Client({ ...base, region: region ?? 'us-east-1', requestHandler });
  const found = region ?? (await regionOfProfile(sdk, base));
  const { credentialDefaultProvider } = shared.config;
  const make = (): S3Client => {
    const client = new sdk.S3Client({
      ...base,
      region: found,
      requestHandler,
      // Profiles are read anew by each client: they may have been renewed.
      ...(options.anonymous ? {} : { credentials: credentialDefaultProvider({ ignoreCache: true }) }),
    });
    leavePayloadsUnsigned(client);
    return client;
  };
  return new S3Store(place, sdk, options, endpoint, make);
}

const silent = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

/** Requests go out unsigned. */
const anonymous: S3ClientConfig = {
  signer: { sign: async (request) => request },
  credentials: { accessKeyId: '', secretAccessKey: '' },
};

function endpointOf({ endpoint }: S3Options, env: Environment): string | undefined {
  const variable = ['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'].find((name) => env[name]);
  const named = endpoint ?? (variable === undefined ? undefined : env[variable]);
  if (named === undefined) return undefined;
  const what = `the endpoint of S3${endpoint === undefined ? ` (${variable})` : ''}`;
  const url = URL.canParse(named) ? new URL(named) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new ConfigurationError(`${what} is no URL of a server; write https://HOST:PORT`);
  if (url.username !== '' || url.password !== '')
    throw new ConfigurationError(
      `${what} has keys in it; they come from AWS's environment and profiles: write https://HOST:PORT`,
    );
  return named;
}

/** True for the URL of a server in a house: it has a port, or a host's name without a dot, and no buckets in the names of hosts. */
function isOneServer(endpoint: string | undefined): boolean {
  const url = endpoint !== undefined && URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  return url !== undefined && (url.port !== '' || !url.hostname.includes('.'));
}

/** What the profile says, or us-east-1, as AWS's own tools take it. */
async function regionOfProfile(sdk: S3Sdk, base: S3ClientConfig): Promise<string> {
  try {
    return await new sdk.S3Client(base).config.region();
  } catch {
    return 'us-east-1';
  }
}
