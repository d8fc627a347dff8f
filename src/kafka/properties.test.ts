import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { isSecret, loadProperties, redact, secretProperties } from './properties.ts';

async function file(t: TestContext, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-properties-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'client.properties');
  await writeFile(path, text);
  return path;
}

test('A file is read by the rules of Java', async (t) => {
  const path = await file(
    t,
    [
      '\uFEFF# a comment',
      '! another',
      'bootstrap.servers=a:1,\\',
      '    b:2',
      'security.protocol = SASL_SSL  ',
      'sasl.password: p\\u00e4ß=word',
      'sasl.username till\r',
      'client.rack=',
      'ssl.key.location=C:\\\\keys\\\\k.pem',
      'client.id=first',
      'client.id=last',
    ].join('\n'),
  );
  assert.deepEqual(await loadProperties(path), {
    'bootstrap.servers': 'a:1,b:2',
    'security.protocol': 'SASL_SSL',
    'sasl.password': 'päß=word',
    'sasl.username': 'till',
    'client.rack': '',
    'ssl.key.location': 'C:\\keys\\k.pem',
    'client.id': 'last',
  });
});

test('A file that cannot be read is named', async () => {
  await assert.rejects(loadProperties('no/such.properties'), {
    name: 'ConfigurationError',
    message: /^The Kafka configuration no\/such\.properties cannot be read \(ENOENT.*Give the path/,
  });
});

test('Nothing secret is shown', () => {
  const secrets = Object.fromEntries(secretProperties.map((name) => [name, 'geheim']));
  const shown = redact({
    ...secrets,
    'my.own.password': 'geheim',
    'sasl.username': 'till',
    'sasl.oauthbearer.token.endpoint.url': 'https://till:geheim@idp.example.com/token',
  });
  assert.ok(!JSON.stringify(shown).includes('geheim'));
  assert.equal(shown['sasl.username'], 'till');
  assert.equal(shown['sasl.oauthbearer.token.endpoint.url'], 'https://[hidden]@idp.example.com/token');
});

test('What names a file, a URL or a user is no secret', () => {
  for (const name of [
    'bootstrap.servers',
    'sasl.oauthbearer.token.endpoint.url',
    'sasl.username',
    'ssl.key.location',
    'ssl.keystore.type',
  ]) {
    assert.equal(isSecret(name), false, name);
  }
});
