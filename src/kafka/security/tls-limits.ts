/** The `ssl.*` properties that make TLS stricter than Node's defaults: protocols, ciphers, revoked certificates. */
import { type ConnectionOptions, getCiphers } from 'node:tls';
import { ConfigurationError } from '../../errors.ts';
import type { ClientProperties } from '../properties.ts';
import { readPem } from './certificates.ts';

const protocols = ['TLSv1.2', 'TLSv1.3'] as const;

/** As options of `tls.connect`. Throws ConfigurationError for what cannot be had: who asks for less than all means to be safe. */
export function tlsLimits(properties: ClientProperties): ConnectionOptions {
  const { 'ssl.crl.location': location, 'ssl.crl.pem': text } = properties;
  return {
    ...protocolLimits(properties['ssl.enabled.protocols'] || properties['ssl.protocol']),
    ...cipherLimits(properties['ssl.cipher.suites']),
    ...(location && { crl: readPem('ssl.crl.location', location, 'X509 CRL') }),
    ...(text && { crl: readPem('ssl.crl.pem', text, 'X509 CRL') }),
  };
}

function protocolLimits(list: string | undefined): ConnectionOptions {
  // The general word of Java's `ssl.protocol`: whatever there is.
  if (!list || list === 'TLS') return {};
  const wanted = list.split(',').map((name) => name.trim());
  const [oldest, newest] = [
    protocols.find((name) => wanted.includes(name)),
    protocols.findLast((name) => wanted.includes(name)),
  ];
  if (oldest === undefined || newest === undefined) {
    throw new ConfigurationError(
      `ssl.enabled.protocols is ${JSON.stringify(list)}, none of which Sluice speaks. Write TLSv1.2, TLSv1.3 or both.`,
    );
  }
  return { minVersion: oldest, maxVersion: newest };
}

function cipherLimits(list: string | undefined): ConnectionOptions {
  if (!list) return {};
  const known = new Set(getCiphers().map((name) => name.toUpperCase()));
  const wanted = list.split(/[,:]/).map((name) => name.trim());
  const ciphers = wanted.map(opensslName);
  const unknown = wanted.find((_, index) => !known.has(ciphers[index]!.toUpperCase()));
  if (unknown !== undefined) {
    throw new ConfigurationError(
      `ssl.cipher.suites holds ${JSON.stringify(unknown)}, which is not known here. Write names such as TLS_AES_256_GCM_SHA384 or TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, with commas between.`,
    );
  }
  return { ciphers: ciphers.join(':') };
}

/** IANA's name of a suite of TLS 1.2, which Java uses, in OpenSSL's words; those of TLS 1.3 are the same in both. */
function opensslName(name: string): string {
  const match = /^TLS_(\w+)_WITH_(\w+)$/.exec(name);
  if (match === null) return name;
  const exchange = match[1] === 'RSA' ? '' : `${match[1]}-`;
  const cipher = match[2]!
    .replace(/^(AES|CAMELLIA|ARIA)_(\d+)/, '$1$2')
    .replace(/^(AES\d+)_CBC/, '$1')
    .replace(/^(CHACHA20_POLY1305)_SHA256$/, '$1');
  return `${exchange}${cipher}`.replaceAll('_', '-');
}
