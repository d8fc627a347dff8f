/** The `ssl.*` properties, by the names of Kafka and of librdkafka, as options of `tls.connect`. */
import { type ConnectionOptions, createSecureContext } from 'node:tls';
import { ConfigurationError, describeError } from '../../errors.ts';
import type { ClientProperties } from '../properties.ts';
import { readKeystore, readPem, readTruststore } from './certificates.ts';
import { tlsLimits } from './tls-limits.ts';

/**
 * Reads the certificates and keys that the properties name, once. Without any, the authorities that Node knows are
 * trusted. Throws ConfigurationError when a file is missing, of the wrong kind, or does not fit its password or key.
 */
export function tlsOptions(properties: ClientProperties): ConnectionOptions {
  const options: ConnectionOptions = {
    ...authorities(properties),
    ...identity(properties),
    ...hostNameCheck(properties),
    ...tlsLimits(properties),
  };
  try {
    createSecureContext(options);
  } catch (error) {
    throw new ConfigurationError(
      `The certificates or the key of the ssl.* properties cannot be used (${describeError(error)}). ${advice(options, describeError(error))}`,
      { cause: error },
    );
  }
  return options;
}

function authorities(properties: ClientProperties): ConnectionOptions {
  const inline = one(properties, ['ssl.truststore.certificates', 'ssl.ca.pem']);
  const file = one(properties, ['ssl.truststore.location', 'ssl.ca.location']);
  exclude(inline, file);
  if (inline !== undefined) return { ca: readPem(inline, properties[inline]!, 'CERTIFICATE') };
  if (file === undefined) return {};
  const type = file === 'ssl.truststore.location' ? properties['ssl.truststore.type'] : 'PEM';
  return { ca: readTruststore(file, properties[file]!, type) };
}

function identity(properties: ClientProperties): ConnectionOptions {
  const certificates = one(properties, ['ssl.keystore.certificate.chain', 'ssl.certificate.pem']);
  const key = one(properties, ['ssl.keystore.key', 'ssl.key.pem']);
  const certificateFile = one(properties, ['ssl.certificate.location']);
  const keyFile = one(properties, ['ssl.key.location']);
  const store = one(properties, ['ssl.keystore.location']);
  exclude(store, certificates ?? key ?? certificateFile ?? keyFile);
  exclude(certificates, certificateFile);
  exclude(key, keyFile);
  const keyPassword = properties['ssl.key.password'] || undefined;
  if (store !== undefined) {
    const passwords = { store: properties['ssl.keystore.password'], key: keyPassword };
    return readKeystore(store, properties[store]!, properties['ssl.keystore.type'], passwords);
  }
  const cert = certificates ?? certificateFile;
  const secret = key ?? keyFile;
  if (cert === undefined && secret === undefined) return {};
  if (cert === undefined || secret === undefined) {
    const [there, missing] = cert === undefined ? [secret, 'certificate'] : [cert, 'key'];
    const name =
      missing === 'key'
        ? 'ssl.key.location or ssl.keystore.key'
        : 'ssl.certificate.location or ssl.keystore.certificate.chain';
    throw new ConfigurationError(`${there} is set, but the client's ${missing} is not. Set ${name}.`);
  }
  return {
    cert: readPem(cert, properties[cert]!, 'CERTIFICATE'),
    key: readPem(secret, properties[secret]!, 'PRIVATE KEY'),
    ...(keyPassword !== undefined && { passphrase: keyPassword }),
  };
}

/** An empty algorithm turns the check of the host name off, as in Kafka; librdkafka writes `none`. */
function hostNameCheck(properties: ClientProperties): ConnectionOptions {
  const algorithm = (properties['ssl.endpoint.identification.algorithm'] ?? 'https').toLowerCase();
  if (algorithm === 'https') return {};
  if (algorithm === '' || algorithm === 'none') return { checkServerIdentity: () => undefined };
  throw new ConfigurationError(
    `ssl.endpoint.identification.algorithm is ${JSON.stringify(algorithm)}, which does not exist. Write https, or leave it empty to accept any host name.`,
  );
}

/** The one of these names for the same thing that is set. */
function one(properties: ClientProperties, names: readonly string[]): string | undefined {
  const [first, second] = names.filter((name) => properties[name]);
  exclude(first, second);
  return first;
}

function exclude(first: string | undefined, second: string | undefined): void {
  if (first === undefined || second === undefined) return;
  throw new ConfigurationError(`${first} and ${second} are both set and mean the same. Remove one of them.`);
}

function advice({ pfx, key }: ConnectionOptions, message: string): string {
  if (/mac verify failure/i.test(message))
    return 'Set ssl.keystore.password to the password of the keystore.';
  if (pfx !== undefined && /unsupported/i.test(message)) {
    return 'The keystore is encrypted in an outdated way: export it again with "openssl pkcs12 -legacy -in OLD -out client.pem" and set ssl.keystore.type=PEM.';
  }
  if (/key values mismatch/i.test(message)) return "The private key is not that of the client's certificate.";
  // One wrong password of 256 leaves bytes that look like decrypted ones, and OpenSSL says that it does not know them.
  const isUnread = /interrupted or cancelled|bad decrypt|bad password|unsupported/i.test(message);
  if (isUnread && (typeof key !== 'string' || /\bENCRYPTED\b/.test(key)))
    return 'Set ssl.key.password to the password of the private key.';
  return 'Check that each is whole PEM text, from its BEGIN line to its END line.';
}
