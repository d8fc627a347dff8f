/** Who asks: from where Hadoop's own users have it. */
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { ConfigurationError, describeError } from '../../errors.ts';
import { tokenOf } from './tokens.ts';

/** The variables of the environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface HdfsIdentity {
  /** What a request says of it. The token is a secret. */
  readonly parameters: Readonly<Record<string, string>>;
  /** For people. */
  readonly who: string;
  /** A newer token may be had: it stands in a file. */
  readonly isRenewable: boolean;
}

/**
 * A delegation token: `HADOOP_TOKEN`, or in the file that `HADOOP_TOKEN_FILE_LOCATION` names, which is read anew each time; else
 * `HADOOP_USER_NAME`, or the account's name. `HADOOP_PROXY_USER` is for whom it is done. Throws ConfigurationError for a file without a token.
 */
export function identityOf(env: Environment, namenodes: readonly string[]): HdfsIdentity {
  const { HADOOP_TOKEN: text, HADOOP_TOKEN_FILE_LOCATION: file, HADOOP_PROXY_USER: doas } = env;
  const proxied: Record<string, string> = doas ? { doas } : {};
  const isRenewable = !text && Boolean(file);
  const token = text || (file ? tokenFrom(file, namenodes) : undefined);
  if (token !== undefined)
    return { parameters: { delegation: token, ...proxied }, who: 'the holder of the token', isRenewable };
  const user = env.HADOOP_USER_NAME || userInfo().username;
  return { parameters: { 'user.name': user, ...proxied }, who: doas || user, isRenewable };
}

function tokenFrom(file: string, namenodes: readonly string[]): string {
  const what = `HADOOP_TOKEN_FILE_LOCATION names ${file}`;
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    throw new ConfigurationError(`${what}, which cannot be read: ${describeError(cause)}`, { cause });
  }
  const token = tokenOf(bytes, namenodes);
  if (token !== undefined) return token;
  throw new ConfigurationError(
    `${what}, in which no delegation token of a namenode stands: have one written by hdfs fetchdt`,
  );
}
