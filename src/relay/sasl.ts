/** `sasl.*` of a cluster, for Kafka's Java clients. Pure. */
import { ConfigurationError } from '../errors.ts';
import { type PasswordCredentials, saslCredentials } from '../kafka/security/credentials.ts';
import type { OAuthCredentials } from '../kafka/security/oauth-credentials.ts';
import type { RelayLine } from './line.ts';
import type { RelayCluster, RelayOptions } from './options.ts';
import type { SecretPlaces } from './secret-places.ts';

const security = 'org.apache.kafka.common.security';
const iam = 'software.amazon.msk.auth.iam';
const jaas = 'sasl.jaas.config';

/** Throws ConfigurationError for what cannot be, or what Java's clients do not have. */
export function saslLines(
  cluster: RelayCluster,
  places: SecretPlaces,
  secrets: RelayOptions['secrets'],
): RelayLine[] {
  const { kafka } = cluster;
  const credentials = saslCredentials(kafka);
  const within = (property: string): string => {
    if (secrets === 'write') return quoted(kafka[property] ?? '');
    const [sign] = /["\\]/.exec(kafka[property] ?? '') ?? [];
    if (sign === undefined) return `"${places.of(cluster, property, secrets)}"`;
    throw new ConfigurationError(
      `${property} holds a ${sign}, and cannot be named within ${jaas}: write ${jaas} into the file in its place`,
    );
  };
  const whole = () => places.of(cluster, jaas, secrets);
  const mechanism = { name: 'sasl.mechanism', value: credentials.mechanism, why: 'How it proves itself.' };
  switch (credentials.mechanism) {
    case 'AWS_MSK_IAM':
      return [
        mechanism,
        {
          name: jaas,
          value: kafka[jaas] ? whole() : `${iam}.IAMLoginModule required;`,
          why: "Amazon's library (aws-msk-iam-auth) is to be among the libraries of MirrorMaker 2.",
        },
        {
          name: 'sasl.client.callback.handler.class',
          value: `${iam}.IAMClientCallbackHandler`,
          why: 'It signs with the credentials that AWS knows on this machine.',
        },
      ];
    case 'OAUTHBEARER':
      return [mechanism, ...oauthLines(kafka, credentials, { within, whole })];
    default:
      if (kafka[jaas] && !kafka['sasl.username'] && !kafka['sasl.password'])
        return [mechanism, { name: jaas, value: whole(), why: 'Name and password, as the file has them.' }];
      return [mechanism, passwordLine(kafka, credentials, within)];
  }
}

function passwordLine(
  kafka: RelayCluster['kafka'],
  { mechanism, username }: PasswordCredentials,
  within: (property: string) => string,
): RelayLine {
  if (!kafka['sasl.password'])
    throw new ConfigurationError(
      `sasl.username stands beside ${jaas}, which has the password: write both there`,
    );
  const module = mechanism === 'PLAIN' ? 'plain.PlainLoginModule' : 'scram.ScramLoginModule';
  const options = { username: quoted(username), password: within('sasl.password') };
  return {
    name: jaas,
    value: moduleText(`${security}.${module}`, options),
    why: 'Name and password. What stands in braces is read from the file when MirrorMaker 2 starts.',
  };
}

function oauthLines(
  kafka: RelayCluster['kafka'],
  { source, extensions }: OAuthCredentials,
  { within, whole }: { readonly within: (property: string) => string; readonly whole: () => string },
): RelayLine[] {
  if (source.kind === 'given') {
    throw new ConfigurationError(
      'sasl.oauthbearer.token is a token that ends, and Java clients take none: set sasl.oauthbearer.token.endpoint.url',
    );
  }
  const url = source.kind === 'file' ? source.file.href : source.endpoint.href;
  const names = ['sasl.oauthbearer.client.credentials.client.secret', 'sasl.oauthbearer.client.secret'];
  const inProperty = names.find((name) => kafka[name]);
  const given =
    source.kind === 'file'
      ? {}
      : {
          clientId: quoted(source.clientId),
          clientSecret: inProperty === undefined ? '' : within(inProperty),
          ...(source.scope === undefined ? {} : { scope: quoted(source.scope) }),
        };
  const others = [...extensions].map(([name, value]) => [`extension_${name}`, quoted(value)]);
  const isOwn = source.kind !== 'file' && inProperty === undefined;
  return [
    {
      name: 'sasl.login.callback.handler.class',
      value: `${security}.oauthbearer.OAuthBearerLoginCallbackHandler`,
      why: `It fetches tokens. Since Kafka 4.0 the JVM must be told that it may: -Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=${url}`,
    },
    { name: 'sasl.oauthbearer.token.endpoint.url', value: url, why: 'Where tokens come from.' },
    ...(kafka['sasl.oauthbearer.header.urlencode'] === 'true'
      ? [
          {
            name: 'sasl.oauthbearer.header.urlencode',
            value: 'true',
            why: 'Id and secret are encoded as RFC 6749 says.',
          },
        ]
      : []),
    {
      name: jaas,
      value: isOwn
        ? whole()
        : moduleText(`${security}.oauthbearer.OAuthBearerLoginModule`, {
            ...given,
            ...Object.fromEntries(others),
          }),
      why: 'Who asks for them. What stands in braces is read from the file when MirrorMaker 2 starts.',
    },
  ];
}

function moduleText(name: string, options: Readonly<Record<string, string>>): string {
  return `${[`${name} required`, ...Object.entries(options).map(([key, value]) => `${key}=${value}`)].join(' ')};`;
}

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
}
