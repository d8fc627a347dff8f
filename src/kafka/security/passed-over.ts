/** Properties of security that are set and not heeded: whoever has set them should know. PURE. */
import type { ClientProperties } from '../properties.ts';

/** All that are read, by the names of Kafka and of librdkafka. */
const heeded = new Set([
  'sasl.jaas.config',
  'sasl.login.callback.handler.class',
  'sasl.mechanism',
  'sasl.mechanisms',
  'sasl.oauthbearer.client.credentials.client.id',
  'sasl.oauthbearer.client.credentials.client.secret',
  'sasl.oauthbearer.client.id',
  'sasl.oauthbearer.client.secret',
  'sasl.oauthbearer.extensions',
  'sasl.oauthbearer.header.urlencode',
  'sasl.oauthbearer.method',
  'sasl.oauthbearer.scope',
  'sasl.oauthbearer.token',
  'sasl.oauthbearer.token.endpoint.url',
  'sasl.password',
  'sasl.username',
  'ssl.ca.location',
  'ssl.ca.pem',
  'ssl.certificate.location',
  'ssl.certificate.pem',
  'ssl.cipher.suites',
  'ssl.crl.location',
  'ssl.crl.pem',
  'ssl.enabled.protocols',
  'ssl.endpoint.identification.algorithm',
  'ssl.key.location',
  'ssl.key.password',
  'ssl.key.pem',
  'ssl.keystore.certificate.chain',
  'ssl.keystore.key',
  'ssl.keystore.location',
  'ssl.keystore.password',
  'ssl.keystore.type',
  'ssl.protocol',
  'ssl.truststore.certificates',
  'ssl.truststore.location',
  'ssl.truststore.password',
  'ssl.truststore.type',
]);

/** The names of those that are set, are about security, and change nothing here. */
export function passedOver(properties: ClientProperties): string[] {
  return Object.keys(properties).filter(
    (name) =>
      properties[name] !== '' &&
      !heeded.has(name) &&
      (/^(ssl|sasl)\./.test(name) || name === 'enable.ssl.certificate.verification'),
  );
}
