/** Tokens for Amazon MSK: credentials from the environment, or from wherever Amazon's own chain of providers finds them. */
import { describeError } from '../../errors.ts';
import { importOptional } from '../../optional-package.ts';
import { NetworkFailure } from '../cluster/failures.ts';
import { refuse } from './exchange.ts';
import { type AwsCredentials, mskToken, regionOf } from './msk-token.ts';
import type { TokenProvider } from './tokens.ts';

/** Knows the profiles, roles, web identities and machines of AWS. Optional: it brings 23 packages. */
const chainPackage = '@aws-sdk/credential-provider-node';

type CredentialProvider = () => Promise<AwsCredentials>;

/** What the provider stands on, replaced by tests. */
export interface AwsGround {
  /** Read at each signing. */
  readonly env: NodeJS.ProcessEnv;
  readonly loadChain: (profile: string | undefined) => Promise<CredentialProvider>;
}

/** A provider that signs a token for each connection: that costs no request. */
export function mskTokens(
  profile: string | undefined,
  { env, loadChain }: AwsGround = { env: process.env, loadChain: importChain },
): TokenProvider {
  let chain: Promise<CredentialProvider> | undefined;
  let last: AwsCredentials | undefined;
  const credentials = async (): Promise<AwsCredentials> => {
    const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env;
    if (profile === undefined && accessKeyId && secretAccessKey) {
      return { accessKeyId, secretAccessKey, sessionToken: env.AWS_SESSION_TOKEN || undefined };
    }
    chain ??= loadChain(profile);
    try {
      last = await (await chain)();
      return last;
    } catch (error) {
      return standIn(last, error);
    }
  };
  return {
    user: profile === undefined ? 'the AWS identity' : `the AWS profile ${JSON.stringify(profile)}`,
    advice:
      'Check that the IAM policy allows kafka-cluster:Connect on this cluster, and that the clock is right.',
    async token(host) {
      const region = regionOf(host) ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION;
      if (!region) throw refuse('the AWS region is not in the name of the broker. Set AWS_REGION.');
      return { value: mskToken(region, await credentials(), Date.now()).value, isKept: false };
    },
    forget() {},
  };
}

/** Credentials that were there once will be there again: meanwhile the last ones do, as long as they are good. */
function standIn(last: AwsCredentials | undefined, error: unknown): AwsCredentials {
  if (last === undefined) throw refuse(`there are no AWS credentials: ${explain(error)}`, error);
  if (last.expiration === undefined || last.expiration.getTime() > Date.now()) return last;
  throw new NetworkFailure(`The AWS credentials cannot be renewed (${describeError(error)})`, {
    cause: error,
  });
}

async function importChain(profile: string | undefined): Promise<CredentialProvider> {
  const module = (await importOptional(chainPackage)) as {
    defaultProvider: (init: { profile?: string }) => CredentialProvider;
  };
  return module.defaultProvider(profile === undefined ? {} : { profile });
}

function explain(error: unknown): string {
  const missing = error instanceof Error && Reflect.get(error, 'code') === 'ERR_MODULE_NOT_FOUND';
  const chain = missing
    ? `profiles and roles need a package that is not installed. Run "npm install ${chainPackage}"`
    : `${describeError(error)}. Check the AWS profile`;
  return `${chain}, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.`;
}
