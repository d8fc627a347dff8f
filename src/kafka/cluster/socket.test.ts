import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { KafkaError } from '../contract.ts';
import { NetworkFailure } from './failures.ts';
import { outOfReach } from './out-of-reach.ts';
import { lostConnection, openSocket, socketError } from './socket.ts';

const address = { host: 'kafka', port: 9093 };

function coded(code: string): Error {
  return Object.assign(new Error('it is said'), { code });
}

const refusing = [
  'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
  'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE',
  'ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED',
  'ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN',
  'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
  'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
  'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
];
const passing = [
  'ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR',
  'ERR_SSL_SSLV3_ALERT_BAD_RECORD_MAC',
  'ERR_SSL_TLSV1_ALERT_DECODE_ERROR',
  'ERR_SSL_TLSV1_ALERT_USER_CANCELLED',
  'ERR_SSL_SSLV3_ALERT_UNEXPECTED_MESSAGE',
  'ECONNRESET',
];

test('While connecting, certificates and handshakes that are refused are final, and nothing else is', () => {
  for (const code of refusing) {
    const error = socketError(address, coded(code));
    assert.ok(error instanceof KafkaError && error.kind === 'authentication', code);
  }
  for (const code of passing) assert.ok(socketError(address, coded(code)) instanceof NetworkFailure, code);
});

test('A certificate that is not valid yet is waited for, and the clock is named; one that has expired is final', () => {
  const early = socketError(address, coded('CERT_NOT_YET_VALID'));
  assert.ok(early instanceof NetworkFailure);
  assert.match(
    early.message,
    /^kafka:9093: .* is not valid yet, by this machine's clock \(20\d\d-.*: set the clock$/,
  );
  const late = socketError(address, coded('CERT_HAS_EXPIRED'));
  assert.ok(late instanceof KafkaError);
  assert.match(late.message, /has expired, by this machine's clock \(20\d\d-.*: renew it, or set the clock$/);
});

test('What ends a connection that stood may pass, whatever it was', () => {
  for (const code of [...refusing, ...passing])
    assert.ok(lostConnection(address, coded(code)) instanceof NetworkFailure, code);
});

test('Whoever takes a connection, and says nothing to the handshake, is not out of reach', async (t) => {
  const taken: Socket[] = [];
  const server = createServer((socket) => taken.push(socket.on('error', () => {}))).listen(0, '127.0.0.1');
  t.after(() => {
    for (const socket of taken) socket.destroy();
    server.close();
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const sink = { push: () => {}, filled: () => {}, place: undefined };
  const opening = openSocket({ address: { host: '127.0.0.1', port }, tls: {}, connectTimeout: 300, sink });
  const error = await opening.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof NetworkFailure);
  assert.equal(outOfReach(error), undefined);
});

test('The system does not end a connection in a cut before our own time-out does', async (t) => {
  const server = createServer((socket) => void socket.resume()).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const sink = { push: () => {}, filled: () => {}, place: undefined };
  const address = { host: '127.0.0.1', port };
  const socket = await openSocket({ address, tls: undefined, connectTimeout: 10_000, sink });
  t.after(() => socket.destroy());
  const hex = (number: number | undefined) => number?.toString(16).toUpperCase().padStart(4, '0');
  const ends = new RegExp(`:${hex(socket.localPort)} \\S+:${hex(port)} \\S+ \\S+ 02:([0-9A-F]+)`);
  const [, ticks = '0'] = ends.exec(await readFile('/proc/self/net/tcp', 'latin1')) ?? [];
  // It asks ten times from then on, a second apart.
  assert.ok(Number.parseInt(ticks, 16) / 100 > 30);
});
