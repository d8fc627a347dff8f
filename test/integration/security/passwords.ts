/** PLAIN and SCRAM, with and without TLS. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertRefused, type GetCluster, refusal, roundTrip } from './attempt.ts';
import { strangeUser, user } from './cluster.ts';

export function passwordTests(get: GetCluster): void {
  const at = (listener: string, mechanism: string, properties: Record<string, string> = {}) => ({
    'bootstrap.servers': get().broker.listeners[listener]!,
    'security.protocol': listener === 'SASLTLS' ? 'SASL_SSL' : 'SASL_PLAINTEXT',
    ...(listener === 'SASLTLS' && { 'ssl.ca.location': get().authority.certificate }),
    'sasl.mechanism': mechanism,
    'sasl.username': user.name,
    'sasl.password': user.password,
    ...properties,
  });

  const ways = [
    ['SASL', 'PLAIN'],
    ['SASL', 'SCRAM-SHA-256'],
    ['SASL', 'SCRAM-SHA-512'],
    ['SASLTLS', 'PLAIN'],
    ['SASLTLS', 'SCRAM-SHA-512'],
  ] as const;

  for (const [listener, mechanism] of ways) {
    test(`${mechanism} on ${listener}`, async (t) => {
      await roundTrip(t, at(listener, mechanism));
    });

    test(`${mechanism} on ${listener}: a wrong password`, async (t) => {
      const message = new RegExp(
        `^127\\.0\\.0\\.1: ${mechanism} failed for user "till": the broker says ".+"\\. Check sasl\\.username and sasl\\.password`,
      );
      await assertRefused(t, at(listener, mechanism, { 'sasl.password': 'gehe1m' }), message);
    });
  }

  test('A login module instead of name and password', async (t) => {
    const password = user.password.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
    await roundTrip(t, {
      'bootstrap.servers': get().broker.listeners.SASL!,
      'security.protocol': 'SASL_PLAINTEXT',
      'sasl.mechanism': 'SCRAM-SHA-256',
      'sasl.jaas.config': `org.apache.kafka.common.security.scram.ScramLoginModule required username="${user.name}" password="${password}";`,
    });
  });

  for (const mechanism of ['SCRAM-SHA-256', 'SCRAM-SHA-512']) {
    test(`${mechanism} with a name and a password that need care`, async (t) => {
      const credentials = { 'sasl.username': strangeUser.name, 'sasl.password': strangeUser.password };
      await roundTrip(t, at('SASL', mechanism, credentials));
    });
  }

  test('A user that is not there', async (t) => {
    await assertRefused(
      t,
      at('SASL', 'SCRAM-SHA-256', { 'sasl.username': 'nobody' }),
      /failed for user "nobody"/,
    );
  });

  test('A mechanism that the listener does not offer', async (t) => {
    const message =
      /does not offer it here\. Set sasl\.mechanism to one that it offers: PLAIN, SCRAM-SHA-512/;
    await assertRefused(t, at('SASLTLS', 'SCRAM-SHA-256'), message);
  });

  test('SASL to a port without it', async (t) => {
    const properties = at('SASL', 'PLAIN', { 'bootstrap.servers': get().broker.bootstrapServers });
    await assertRefused(
      t,
      properties,
      /this port does not authenticate\. Set security\.protocol to PLAINTEXT/,
    );
  });

  test('A port that wants SASL', async (t) => {
    const error = await refusal(t, { 'bootstrap.servers': get().broker.listeners.SASL! });
    assert.equal(error.name, 'UnreachableError');
    assert.match(error.message, /closed the connection at once; does this port speak the security\.protocol/);
  });
}
