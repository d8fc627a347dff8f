/** Tokens for Amazon MSK: credentials from the environment, or from wherever Amazon's own chain of providers finds them. */
import { describeError } from '../../errors.ts';
import { refuse } from './exchange.ts';
import { type AwsCredentials, mskToken, regionOf } from './msk-token.ts';
import type { TokenProvider } from './tokens.ts';

/** Knows the profiles, roles, web identities and machines of AWS. Optional: it brings 23 packages. */
const chainPackage = '@aws-sdk/credential-provider-node';

type CredentialProvider = () => Promise<AwsCredentials>;

/** A provider that signs a token for each connection: that costs no request. `env` is read at each signing. */
export function mskTokens(profile: string | undefined, env: NodeJS.ProcessEnv = process.env): TokenProvider {
  let chain: Promise<CredentialProvider> | undefined;
  const credentials = async (): Promise<AwsCredentials> => {
    const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env;
    if (profile === undefined && accessKeyId && secretAccessKey) {
      return { accessKeyId, secretAccessKey, sessionToken: env.AWS_SESSION_TOKEN || undefined };
    }
    chain ??= loadChain(profile);
    try {
      return await (await chain)();
    } catch (error) {
      throw refuse(`there are no AWS credentials: ${explain(error)}`, error);
    }
  };
  return {
    user: profile === undefined ? 'the AWS identity' : `the AWS profile ${JSON.stringify(profile)}`,
    advice:
      'Check that the IAM policy allows kafka-cluster:Connect on this cluster, and that the clock is right.',
    async token(host) {
      const region = regionOf(host) ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION;
      if (!region) {
        throw refuse(`the AWS region is not in the name of the broker. Set AWS_REGION.`);
      }
      return mskToken(region, await credentials(), Date.now()).value;
    },
    forget() {},
  };
}

async function loadChain(profile: string | undefined): Promise<CredentialProvider> {
  const module: { defaultProvider: (init: { profile?: string }) => CredentialProvider } = await import(
    chainPackage
  );
  return module.defaultProvider(profile === undefined ? {} : { profile });
}

function explain(error: unknown): string {
  const missing = error instanceof Error && Reflect.get(error, 'code') === 'ERR_MODULE_NOT_FOUND';
  const chain = missing
    ? `profiles and roles need a package that is not installed. Run "npm install ${chainPackage}"`
    : `${describeError(error)}. Check the AWS profile`;
  return `${chain}, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.`;
}
