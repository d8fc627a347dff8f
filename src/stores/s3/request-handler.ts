/**
 * How requests go out, and how long they are waited for. What reads is answered soon. What carries bytes takes as long as the line does, and
 * what a server copies or puts together as long as its disks do: of those only silence is measured.
 */
import { readFileSync } from 'node:fs';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import { ConfigurationError, describeError } from '../../errors.ts';
import type { S3Sdk } from './load.ts';

/** Milliseconds. */
export interface S3Waits {
  readonly connect: number;
  /** Until an answer begins, to what carries no bytes. */
  readonly answer: number;
  /** Without a byte either way. */
  readonly silence: number;
  /** The same of a request that carries bytes: its last ones may still be in the system's buffers. */
  readonly sent: number;
  /** The same while a server copies an object, or makes one of parts. That a server is gone is found out by TCP before. */
  readonly work: number;
}

export const usualWaits: S3Waits = {
  connect: 10_000,
  answer: 60_000,
  silence: 30_000,
  sent: 120_000,
  work: 900_000,
};

/** The variables of the environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Connections at once: what waits for one is not under way. */
const connections = 64;

type RequestHandler = S3Client['config']['requestHandler'];
type Request = Parameters<RequestHandler['handle']>[0];

/** `env`: names proxies and authorities, as for AWS's own tools. Throws ConfigurationError where those cannot be read. */
export function makeRequestHandler(
  sdk: S3Sdk,
  base: S3ClientConfig,
  waits: S3Waits,
  env: Environment,
): RequestHandler {
  const usual = { keepAlive: true, maxSockets: connections, proxyEnv: { ...env } };
  const agents = {
    httpAgent: new HttpAgent(usual),
    httpsAgent: new HttpsAgent({ ...usual, ...authoritiesOf(env) }),
  };
  const make = (requestTimeout: number, socketTimeout: number): RequestHandler =>
    new sdk.S3Client({
      ...base,
      region: 'us-east-1',
      requestHandler: {
        ...agents,
        connectionTimeout: waits.connect,
        requestTimeout,
        throwOnRequestTimeout: true,
        socketTimeout,
        logger: base.logger,
      },
    }).config.requestHandler;
  const quick = make(waits.answer, waits.silence);
  const sending = make(0, waits.sent);
  const working = make(0, waits.work);
  const ask = quick.handle.bind(quick);
  const handle: RequestHandler['handle'] = (request, options) => {
    if (isWork(request)) return working.handle(request, options);
    return carriesBytes(request) ? sending.handle(request, options) : ask(request, options);
  };
  return Object.assign(quick, { handle });
}

/** Those of Node, `NODE_EXTRA_CA_CERTS` among them, unless AWS's variable names others. */
function authoritiesOf({ AWS_CA_BUNDLE: bundle }: Environment): { readonly ca?: Buffer } {
  if (bundle === undefined || bundle === '') return {};
  try {
    return { ca: readFileSync(bundle) };
  } catch (cause) {
    throw new ConfigurationError(
      `AWS_CA_BUNDLE names ${bundle}, which cannot be read: ${describeError(cause)}`,
      {
        cause,
      },
    );
  }
}

/** Copying an object, or making one of its parts. */
function isWork({ method, query, headers }: Request): boolean {
  return 'x-amz-copy-source' in headers || (method === 'POST' && query?.uploadId !== undefined);
}

function carriesBytes({ body }: Request): boolean {
  return body !== undefined && (body as { length?: number }).length !== 0;
}
