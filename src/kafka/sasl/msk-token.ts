/**
 * The token of Amazon MSK's IAM authentication: a presigned request (Signature Version 4, query form) for the action
 * kafka-cluster:Connect, in base64url. PURE. Written here because Amazon's package for it brings 75 packages.
 */
import { createHash, createHmac } from 'node:crypto';
import type { Token } from './tokens.ts';

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  readonly expiration?: Date | undefined;
}

const service = 'kafka-cluster';
/** The longest that MSK accepts. */
const lifetimeSeconds = 900;

/** Signs a token for the clusters of a region. `at` is the time of signing, milliseconds since the epoch. */
export function mskToken(region: string, credentials: AwsCredentials, at: number): Token {
  const host = `kafka.${region}.amazonaws.com`;
  const left = ((credentials.expiration?.getTime() ?? Infinity) - at) / 1000;
  const seconds = Math.max(1, Math.floor(Math.min(lifetimeSeconds, left)));
  const signedAt = Math.floor(at / 1000) * 1000;
  const time = new Date(signedAt).toISOString().replace(/[-:]|\.\d+/g, '');
  const date = time.slice(0, 8);
  const scope = `${date}/${region}/${service}/aws4_request`;
  const parameters: [string, string][] = [
    ['Action', 'kafka-cluster:Connect'],
    ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
    ['X-Amz-Credential', `${credentials.accessKeyId}/${scope}`],
    ['X-Amz-Date', time],
    ['X-Amz-Expires', String(seconds)],
    ['X-Amz-SignedHeaders', 'host'],
  ];
  if (credentials.sessionToken !== undefined) {
    parameters.splice(5, 0, ['X-Amz-Security-Token', credentials.sessionToken]);
  }
  const query = parameters.map(([name, value]) => `${name}=${encode(value)}`).join('&');
  const request = ['GET', '/', query, `host:${host}`, '', 'host', sha256('')].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', time, scope, sha256(request)].join('\n');
  const key = [date, region, service, 'aws4_request'].reduce<string | Buffer>(
    (secret, part) => hmac(secret, part),
    `AWS4${credentials.secretAccessKey}`,
  );
  const url = `https://${host}/?${query}&X-Amz-Signature=${hmac(key, toSign).toString('hex')}&User-Agent=sluice`;
  return { value: Buffer.from(url).toString('base64url'), expiresAt: signedAt + seconds * 1000 };
}

/** The region in the name of one of MSK's brokers, e.g. `b-1.films.abc123.c2.kafka.eu-west-1.amazonaws.com`. */
export function regionOf(host: string): string | undefined {
  return /\.kafka(?:-serverless)?\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?(?::\d+)?$/i.exec(host)?.[1];
}

/** Percent-encoding by RFC 3986, which is stricter than JavaScript's. */
function encode(value: string): string {
  const stricter = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(value).replace(/[!'()*]/g, stricter);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
