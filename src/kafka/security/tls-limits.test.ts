import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigurationError } from '../../errors.ts';
import { tlsLimits } from './tls-limits.ts';

test('Without any nothing is limited', () => assert.deepEqual(tlsLimits({ 'ssl.protocol': 'TLS' }), {}));

test('The protocols that are enabled are the only ones', () => {
  const table = [
    ['TLSv1.2,TLSv1.3', 'TLSv1.2', 'TLSv1.3'],
    ['TLSv1.3', 'TLSv1.3', 'TLSv1.3'],
    ['TLSv1.1, TLSv1.2', 'TLSv1.2', 'TLSv1.2'],
  ];
  for (const [list, minVersion, maxVersion] of table)
    assert.deepEqual(tlsLimits({ 'ssl.enabled.protocols': list! }), { minVersion, maxVersion });
  assert.throws(() => tlsLimits({ 'ssl.enabled.protocols': 'TLSv1.1' }), ConfigurationError);
});

test('Ciphers are taken by the names of Java and of OpenSSL, and unknown ones refused', () => {
  const list =
    'TLS_AES_256_GCM_SHA384,TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_RSA_WITH_AES_128_CBC_SHA256,TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256';
  const openssl =
    'TLS_AES_256_GCM_SHA384:ECDHE-RSA-AES128-GCM-SHA256:AES128-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305';
  assert.deepEqual(tlsLimits({ 'ssl.cipher.suites': list }), { ciphers: openssl });
  assert.deepEqual(tlsLimits({ 'ssl.cipher.suites': openssl }), { ciphers: openssl });
  assert.throws(() => tlsLimits({ 'ssl.cipher.suites': 'TLS_NO_SUCH' }), /"TLS_NO_SUCH", which is not known/);
});
