/** A real Kafka with a listener for each way to connect, its certificates, its users and its identity provider. */
import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { alterUserScramCredentialsV0, Connection } from '@platformatic/kafka';
import { OAuth2Server } from 'oauth2-mock-server';
import { type RunningBroker, startBroker } from '../../../src/broker/broker.ts';
import { type Authority, type Certificate, makeAuthority } from '../../support/certificates.ts';

/** A user of every mechanism with passwords. Nothing of `password` may ever be shown. */
export const user = { name: 'till', password: 'gehe1m-pässwörd "=,;\\' } as const;
/**
 * A user for SCRAM alone, with what its messages have to escape, and what SASLprep would change in the password. Kafka
 * takes ASCII names only.
 */
export const strangeUser = { name: 'Lukasz, n=1,r=2', password: 'gehe1m,=ﬃ\u00a0😀' } as const;

export interface SecureCluster {
  readonly broker: RunningBroker;
  readonly authority: Authority;
  /** What the listeners with TLS show, but for MISNAMED. */
  readonly server: Certificate;
  /** Signed by the authority. */
  readonly client: Certificate;
  /** An authority that signed nothing here. */
  readonly foreign: Authority;
  readonly provider: OAuth2Server;
  stop(): Promise<void>;
}

export const audience = 'the-cluster';
/** Milliseconds after which the listener OAUTH wants to see credentials again. */
export const sessionMs = 2000;

const modules = 'org.apache.kafka.common.security';

/** Takes about five seconds. What it starts before it fails, it stops. */
export async function startSecureCluster(): Promise<SecureCluster> {
  await using started = new AsyncDisposableStack();
  const authority = started.adopt(await makeAuthority('sluice-test'), (made) => made.remove());
  const foreign = started.adopt(await makeAuthority('sluice-foreign'), (made) => made.remove());
  const server = await authority.issue('server', ['DNS:localhost', 'IP:127.0.0.1']);
  const misnamed = await authority.issue('misnamed', ['DNS:elsewhere.example']);
  const client = await authority.issue('client');
  const provider = started.adopt(new OAuth2Server(), (server) =>
    server.listening ? server.stop() : undefined,
  );
  await provider.issuer.keys.generate('RS256');
  await provider.start(undefined, '127.0.0.1');
  const broker = await startTrusting(`${provider.issuer.url}/jwks`, {
    listeners: {
      TLS: { protocol: 'SSL' },
      MUTUAL: { protocol: 'SSL' },
      MISNAMED: { protocol: 'SSL' },
      SASL: { protocol: 'SASL_PLAINTEXT' },
      SASLTLS: { protocol: 'SASL_SSL' },
      OAUTH: { protocol: 'SASL_SSL' },
    },
    properties: {
      ...tls('tls', server),
      ...tls('mutual', server),
      ...tls('misnamed', misnamed),
      ...tls('sasltls', server),
      ...tls('oauth', server),
      'listener.name.mutual.ssl.client.auth': 'required',
      'listener.name.mutual.ssl.truststore.type': 'PEM',
      'listener.name.mutual.ssl.truststore.location': authority.certificate,
      ...passwords('sasl', ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']),
      ...passwords('sasltls', ['PLAIN', 'SCRAM-SHA-512']),
      ...tokens('oauth', provider),
    },
  });
  started.defer(() => broker.stop());
  await addScramUser(broker.bootstrapServers, user);
  await addScramUser(broker.bootstrapServers, strangeUser);
  const running = started.move();
  return { broker, authority, server, client, foreign, provider, stop: () => running.disposeAsync() };
}

/** Kafka fetches keys only from URLs that its JVM was told of. */
async function startTrusting(
  url: string,
  options: Parameters<typeof startBroker>[0],
): Promise<RunningBroker> {
  process.env.JDK_JAVA_OPTIONS = `-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=${url}`;
  try {
    return await startBroker(options);
  } finally {
    delete process.env.JDK_JAVA_OPTIONS;
  }
}

function tls(listener: string, { both }: Certificate): Record<string, string> {
  return {
    [`listener.name.${listener}.ssl.keystore.type`]: 'PEM',
    [`listener.name.${listener}.ssl.keystore.location`]: both,
  };
}

function passwords(listener: string, mechanisms: readonly string[]): Record<string, string> {
  const prefix = `listener.name.${listener}`;
  const password = user.password.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
  return {
    [`${prefix}.sasl.enabled.mechanisms`]: mechanisms.join(','),
    [`${prefix}.plain.sasl.jaas.config`]: `${modules}.plain.PlainLoginModule required user_${user.name}="${password}";`,
    [`${prefix}.scram-sha-256.sasl.jaas.config`]: `${modules}.scram.ScramLoginModule required;`,
    [`${prefix}.scram-sha-512.sasl.jaas.config`]: `${modules}.scram.ScramLoginModule required;`,
  };
}

function tokens(listener: string, provider: OAuth2Server): Record<string, string> {
  const prefix = `listener.name.${listener}`;
  return {
    [`${prefix}.sasl.enabled.mechanisms`]: 'OAUTHBEARER',
    [`${prefix}.oauthbearer.sasl.jaas.config`]: `${modules}.oauthbearer.OAuthBearerLoginModule required;`,
    [`${prefix}.oauthbearer.sasl.server.callback.handler.class`]: `${modules}.oauthbearer.OAuthBearerValidatorCallbackHandler`,
    [`${prefix}.oauthbearer.sasl.oauthbearer.jwks.endpoint.url`]: `${provider.issuer.url}/jwks`,
    [`${prefix}.oauthbearer.sasl.oauthbearer.expected.audience`]: audience,
    [`${prefix}.oauthbearer.connections.max.reauth.ms`]: String(sessionMs),
  };
}

/** As `kafka-configs --alter --add-config SCRAM-SHA-...` does it. */
async function addScramUser(
  bootstrapServers: string,
  { name, password }: { name: string; password: string },
) {
  const [host = '', port] = bootstrapServers.split(':');
  const connection = new Connection('administrator');
  await connection.connect(host, Number(port));
  const iterations = 4096;
  for (const [index, hash] of (['sha256', 'sha512'] as const).entries()) {
    const salt = randomBytes(16);
    const saltedPassword = pbkdf2Sync(password, salt, iterations, hash === 'sha256' ? 32 : 64, hash);
    const credentials = { name, mechanism: index + 1, iterations, salt, saltedPassword };
    await alterUserScramCredentialsV0.api.async(connection, [], [credentials]);
  }
  await connection.close();
}
