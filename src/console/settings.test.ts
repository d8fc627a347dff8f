import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigurationError } from '../errors.ts';
import { accessOf, consoleSettings } from './settings.ts';

const kafka = { 'bootstrap.servers': '127.0.0.1:9092' };

test('Where others can come, they have to say who they are', () => {
  const settings = consoleSettings({ kafka });
  assert.deepEqual(accessOf(settings, '127.0.0.1'), { openRole: 'administer', ways: [] });
  for (const host of ['0.0.0.0', '::', '192.168.1.5', 'example.com'])
    assert.throws(
      () => accessOf(settings, host),
      /others can reach the console: say who may by --console-key/,
    );
  const consoleKey = 'k'.repeat(32);
  const closed = accessOf(consoleSettings({ kafka, consoleKey, openRole: 'administer' }), '127.0.0.1');
  assert.deepEqual(closed, { key: consoleKey, ways: ['token'] });
  const oidc = { oidcIssuer: 'https://login.example.com', oidcClientId: 'sluice' };
  assert.deepEqual(accessOf(consoleSettings({ kafka, ...oidc }), '0.0.0.0').ways, ['oidc']);
  assert.deepEqual(accessOf(consoleSettings({ kafka, ...oidc, consoleKey }), '0.0.0.0').ways, [
    'token',
    'oidc',
  ]);
});

test('Options that do not go together are told', () => {
  const refused: readonly (readonly [object, RegExp])[] = [
    [{ oidcIssuer: 'https://x.example' }, /--oidc-issuer and --oidc-client-id belong together/],
    [{ oidcClientId: 'x' }, /--oidc-issuer and --oidc-client-id belong together/],
    [{ url: 'sluice.example.com' }, /--url "sluice\.example\.com" is no address of the web/],
    [{ url: 'ftp://sluice.example.com' }, /is no address of the web/],
    [{ uploader: 'a/b' }, /--uploader "a\/b" cannot be used: the name has a "\/"/],
    [{ uploader: '' }, /--uploader "" cannot be used/],
  ];
  for (const [options, words] of refused) {
    assert.throws(() => consoleSettings({ kafka, ...options }), ConfigurationError);
    assert.throws(() => consoleSettings({ kafka, ...options }), words);
  }
  assert.equal(consoleSettings({ kafka, url: 'https://x.example/sluice/' }).url, 'https://x.example/sluice');
});
