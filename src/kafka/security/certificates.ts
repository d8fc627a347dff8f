/** Certificates and keys as they stand in files or in the properties themselves: PEM, PKCS12, JKS. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import { ConfigurationError, describeError } from '../../errors.ts';

type Format = 'PEM' | 'PKCS12' | 'JKS';

/**
 * PEM text of a property: the text itself, or the file that it names. `label` is what it must hold. Properties files
 * often carry PEM on one line, with spaces where the line ends were; that is put right.
 */
export function readPem(
  property: string,
  value: string,
  label: 'CERTIFICATE' | 'PRIVATE KEY' | 'X509 CRL',
): string {
  const text = property.endsWith('.location') ? read(property, value).toString('latin1') : value;
  const pem = property.endsWith('.location') ? text : restoreLines(text);
  const blocks = pem.match(
    new RegExp(`-----BEGIN [A-Z ]*${label}-----.*?-----END [A-Z ]*${label}-----`, 'gs'),
  );
  if (blocks === null) {
    throw new ConfigurationError(
      `${property} holds no PEM ${label.toLowerCase()}, from a line "-----BEGIN ...${label}-----" to its END line.`,
    );
  }
  if (label === 'CERTIFICATE') for (const block of blocks) checkCertificate(property, block);
  return pem;
}

/** Node passes over an authority that it cannot read: the connection would fail later, and say something else. */
function checkCertificate(property: string, pem: string): void {
  try {
    new X509Certificate(pem);
  } catch (error) {
    throw new ConfigurationError(
      `${property} holds a certificate that is damaged (${describeError(error)}). Copy it again.`,
      { cause: error },
    );
  }
}

/** The authorities of `ssl.truststore.location` or `ssl.ca.location`. */
export function readTruststore(property: string, file: string, type: string | undefined): string {
  const bytes = read(property, file);
  const format = formatOf(property, file, bytes, type);
  if (format === 'PEM') return readPem(property, file, 'CERTIFICATE');
  // Node reads a PKCS12 file only when it holds a private key, and JKS not at all.
  throw new ConfigurationError(
    `${property} is a ${format} truststore (${file}), which Node cannot read. Convert it with "keytool -list -rfc -keystore ${file} > ca.pem", and set ssl.truststore.type=PEM and ssl.truststore.location=ca.pem.`,
  );
}

/** The client's certificate and key of `ssl.keystore.location`: one PEM file with both, or PKCS12. */
export function readKeystore(
  property: string,
  file: string,
  type: string | undefined,
  passwords: { readonly store: string | undefined; readonly key: string | undefined },
): ConnectionOptions {
  const bytes = read(property, file);
  const format = formatOf(property, file, bytes, type);
  if (format === 'JKS') {
    throw new ConfigurationError(
      `${property} is a JKS keystore (${file}), which Node cannot read. Convert it with "keytool -importkeystore -srckeystore ${file} -destkeystore client.p12 -deststoretype PKCS12", and set ssl.keystore.type=PKCS12 and ssl.keystore.location=client.p12.`,
    );
  }
  if (format === 'PKCS12') {
    return { pfx: bytes, ...(passwords.store !== undefined && { passphrase: passwords.store }) };
  }
  return {
    cert: readPem(property, file, 'CERTIFICATE'),
    key: readPem(property, file, 'PRIVATE KEY'),
    ...(passwords.key !== undefined && { passphrase: passwords.key }),
  };
}

/** What the bytes are; when the type says otherwise, one of both is a mistake. */
function formatOf(property: string, file: string, bytes: Buffer, type: string | undefined): Format {
  const found = detect(bytes);
  const typeProperty = property.replace(/location$/, 'type');
  if (found === undefined) {
    throw new ConfigurationError(`${property} (${file}) is neither PEM nor PKCS12 nor JKS.`);
  }
  if (type && type.toUpperCase() !== found) {
    throw new ConfigurationError(
      `${typeProperty} is ${type}, but ${file} is ${found}. Set ${typeProperty}=${found}.`,
    );
  }
  return found;
}

function detect(bytes: Buffer): Format | undefined {
  if (bytes.includes('-----BEGIN ')) return 'PEM';
  if (bytes.length < 4) return undefined;
  if (bytes.readUInt32BE(0) === 0xfeedfeed || bytes.readUInt32BE(0) === 0xcececece) return 'JKS';
  // A DER sequence with a two-byte length or longer: what every PKCS12 file begins with.
  return bytes[0] === 0x30 && bytes[1]! >= 0x80 ? 'PKCS12' : undefined;
}

function read(property: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new ConfigurationError(
      `${property} names ${file}, which cannot be read (${describeError(error)}). Give the path of a readable file.`,
      { cause: error },
    );
  }
}

function restoreLines(text: string): string {
  return text.replace(
    /(-----BEGIN [A-Z0-9 ]+-----)([^-]*)(-----END [A-Z0-9 ]+-----)\s*/g,
    (_, begin: string, body: string, end: string) => {
      // The headers of a traditional encrypted key are lines of their own and must stay as they are.
      if (body.includes(':')) return `${begin}${body}${end}`;
      return `${begin}\n${body.trim().split(/\s+/).join('\n')}\n${end}\n`;
    },
  );
}
