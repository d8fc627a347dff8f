/** `ssl.*` of a cluster, for Kafka's Java clients: other names than librdkafka's, and keys as text. Pure. */
import type { RelayLine } from './line.ts';
import type { RelayCluster, RelayOptions } from './options.ts';
import type { SecretPlaces } from './secret-places.ts';

export function tlsLines(
  cluster: RelayCluster,
  places: SecretPlaces,
  secrets: RelayOptions['secrets'],
): RelayLine[] {
  const { kafka } = cluster;
  const inFile = (property: string): string => places.of(cluster, property, secrets);
  const lines: RelayLine[] = [];
  const add = (name: string, value: string, why: string): void => {
    lines.push({ name, value, why });
  };
  const one = (...names: readonly string[]): string | undefined => names.find((name) => kafka[name]);

  const authorities = one('ssl.truststore.certificates', 'ssl.ca.pem');
  const authorityFile = one('ssl.truststore.location', 'ssl.ca.location');
  if (authorities !== undefined || authorityFile !== undefined)
    add('ssl.truststore.type', 'PEM', 'Authorities stand as text.');
  if (authorities !== undefined)
    add('ssl.truststore.certificates', inFile(authorities), 'Authorities that brokers are trusted by.');
  if (authorityFile !== undefined)
    add('ssl.truststore.location', kafka[authorityFile]!, 'Authorities that brokers are trusted by.');

  const store = one('ssl.keystore.location');
  const [certificate, certificateFile] = [
    one('ssl.keystore.certificate.chain', 'ssl.certificate.pem'),
    one('ssl.certificate.location'),
  ];
  const [key, keyFile] = [one('ssl.keystore.key', 'ssl.key.pem'), one('ssl.key.location')];
  if (store !== undefined) {
    const isPkcs12 = /\.(p12|pfx)$/i.test(kafka[store]!);
    const type = kafka['ssl.keystore.type'] || (isPkcs12 ? 'PKCS12' : 'PEM');
    add('ssl.keystore.type', type, 'The form of the next file.');
    add(store, kafka[store]!, 'Our certificate and its key.');
  } else if (certificate !== undefined || certificateFile !== undefined) {
    add('ssl.keystore.type', 'PEM', 'Certificate and key stand as text; the key is to be of the form PKCS8.');
    add(
      'ssl.keystore.certificate.chain',
      certificate === undefined ? places.textOf(kafka[certificateFile!]!) : inFile(certificate),
      'Our certificate.',
    );
    add(
      'ssl.keystore.key',
      key === undefined ? places.textOf(kafka[keyFile ?? '']!) : inFile(key),
      'Its key.',
    );
  }
  for (const name of ['ssl.keystore.password', 'ssl.key.password'])
    if (kafka[name]) add(name, inFile(name), 'What opens the key.');

  const algorithm = kafka['ssl.endpoint.identification.algorithm'];
  if (algorithm !== undefined && algorithm.toLowerCase() !== 'https')
    add('ssl.endpoint.identification.algorithm', '', "The broker's host name is not checked.");
  for (const name of ['ssl.enabled.protocols', 'ssl.protocol', 'ssl.cipher.suites'])
    if (kafka[name]) add(name, kafka[name], 'As the file has it.');
  const revoked = one('ssl.crl.location', 'ssl.crl.pem');
  if (revoked !== undefined)
    lines.push({ why: `${revoked} is not here: Java clients have no list of revoked certificates.` });
  return lines;
}
