/** The `sasl.*` properties, by the names of Kafka and of librdkafka, as one typed value. PURE. */
import { ConfigurationError } from '../../errors.ts';
import type { ClientProperties } from '../properties.ts';
import { type LoginModule, parseJaas } from './jaas.ts';
import { type OAuthCredentials, oauthCredentials } from './oauth-credentials.ts';

export interface PasswordCredentials {
  readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
  readonly username: string;
  readonly password: string;
}

export interface IamCredentials {
  readonly mechanism: 'AWS_MSK_IAM';
  /** The profile of the AWS configuration to use instead of the default one. */
  readonly profile: string | undefined;
}

export type Credentials = PasswordCredentials | OAuthCredentials | IamCredentials;

const mechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER', 'AWS_MSK_IAM'] as const;
type Mechanism = (typeof mechanisms)[number];

/** The login modules' simple class names; their packages differ between Kafka's versions and shaded builds. */
const modules: Readonly<Record<string, readonly Mechanism[]>> = {
  PlainLoginModule: ['PLAIN'],
  ScramLoginModule: ['SCRAM-SHA-256', 'SCRAM-SHA-512'],
  OAuthBearerLoginModule: ['OAUTHBEARER', 'AWS_MSK_IAM'],
  IAMLoginModule: ['AWS_MSK_IAM'],
};

/** Reads and checks them. Throws ConfigurationError that names the property and never shows a secret. */
export function saslCredentials(properties: ClientProperties): Credentials {
  const jaas = properties['sasl.jaas.config'];
  const module = jaas ? parseJaas(jaas) : undefined;
  const mechanism = readMechanism(properties, module);
  if (mechanism === 'AWS_MSK_IAM') return iamCredentials(module);
  if (mechanism === 'OAUTHBEARER') return oauthCredentials(properties, module?.options ?? new Map());
  const username = choose(properties, 'sasl.username', module, 'username', mechanism);
  const password = choose(properties, 'sasl.password', module, 'password', mechanism);
  return { mechanism, username, password };
}

function readMechanism(properties: ClientProperties, module: LoginModule | undefined): Mechanism {
  const written = properties['sasl.mechanism'] ?? properties['sasl.mechanisms'] ?? '';
  const mechanism = mechanisms.find((name) => name === written.toUpperCase());
  if (mechanism === undefined) {
    const is = written === '' ? 'is missing' : `is ${JSON.stringify(written)}, which Sluice does not speak`;
    throw new ConfigurationError(`sasl.mechanism ${is}. Write one of ${mechanisms.join(', ')}.`);
  }
  if (module === undefined) return mechanism;
  const name = module.name.slice(module.name.lastIndexOf('.') + 1);
  const fitting = modules[name];
  if (fitting === undefined) {
    throw new ConfigurationError(
      `sasl.jaas.config names the login module ${name}, which Sluice does not know. Use one of ${Object.keys(modules).join(', ')}.`,
    );
  }
  if (!fitting.includes(mechanism)) {
    throw new ConfigurationError(
      `sasl.mechanism is ${mechanism}, but sasl.jaas.config has ${name}, which is for ${fitting.join(' and ')}. Make them agree.`,
    );
  }
  // Amazon's library also offers its tokens under the name of the standard mechanism, by this callback handler.
  const handler = properties['sasl.login.callback.handler.class'] ?? '';
  return handler.endsWith('.IAMOAuthBearerLoginCallbackHandler') ? 'AWS_MSK_IAM' : mechanism;
}

function choose(
  properties: ClientProperties,
  property: string,
  module: LoginModule | undefined,
  option: string,
  mechanism: Mechanism,
): string {
  const here = properties[property] || undefined;
  const there = module?.options.get(option);
  if (here !== undefined && there !== undefined && here !== there) {
    throw new ConfigurationError(
      `${property} and sasl.jaas.config give different values. Remove one of them.`,
    );
  }
  const value = here ?? there;
  if (value === undefined) {
    throw new ConfigurationError(
      `sasl.mechanism is ${mechanism}, but there is no ${option}. Set ${property}, or ${option}="..." in sasl.jaas.config.`,
    );
  }
  if (value.includes('\0'))
    throw new ConfigurationError(`${property} holds a NUL character, which SASL cannot carry.`);
  return value;
}

function iamCredentials(module: LoginModule | undefined): IamCredentials {
  if (module?.options.has('awsRoleArn')) {
    throw new ConfigurationError(
      'sasl.jaas.config sets awsRoleArn, which Sluice does not take. Put role_arn into a profile of the AWS configuration and name it with awsProfileName="...".',
    );
  }
  return { mechanism: 'AWS_MSK_IAM', profile: module?.options.get('awsProfileName') };
}
