/** How a registry is asked: again where it is busy, and with secrets that can be sent. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { temporaryFolder } from '../../test/support/folder.ts';
import { askingAgain, pauseBefore } from './asking-again.ts';
import { register } from './registry.ts';
import { type Answer, type Ask, askingAt, registryAccess } from './registry-http.ts';

const wanted = { name: 'upload', subject: 'a/b', schema: {} };

/** A registry that gives these answers, in this order. */
function answering(...answers: readonly Answer[]): { asked: string[]; ask: Ask } {
  const asked: string[] = [];
  const ask: Ask = async (method, path) => {
    asked.push(`${method} ${path}`);
    return answers[asked.length - 1] ?? { status: 500, body: {} };
  };
  return { asked, ask };
}

test('What a registry refuses for now is asked again, when it says so', async () => {
  const waited: number[] = [];
  const wait = async (milliseconds: number): Promise<void> => void waited.push(milliseconds);
  const busy = { status: 429, body: {}, retryAfter: '7' };
  const later = answering(busy, { status: 503, body: {} }, { status: 200, body: { id: 1 } });
  assert.equal((await register(askingAgain(later.ask, wait), wanted, false)).result, 'there');
  assert.deepEqual(waited, [7000, 2000]);
  const always = { status: 429, body: { message: 'slow down' } };
  const never = answering(...Array.from({ length: 9 }, () => always));
  const told = /takes no more requests for now, a\/b among them \(slow down\): try again later/;
  await assert.rejects(register(askingAgain(never.ask, wait), wanted, false), told);
  assert.equal(never.asked.length, 5);
  const tomorrow = answering({ ...busy, retryAfter: '3600' });
  await assert.rejects(register(askingAgain(tomorrow.ask, wait), wanted, false), /it says when: 3600/);
  assert.equal(tomorrow.asked.length, 1);
  const now = Date.parse('Mon, 30 Nov 2026 20:00:00 GMT');
  const date = 'Mon, 30 Nov 2026 20:00:30 GMT';
  assert.deepEqual(
    [date, '0', 'soon'].map((retryAfter) => pauseBefore({ retryAfter }, 3, now)),
    [30_000, 1000, 4000],
  );
});

test('Secrets of the environment lose their line end, and what cannot be used is told without them', async (t) => {
  const access = await registryAccess(undefined, {
    SCHEMA_REGISTRY_BASIC_AUTH_USER_INFO: 'ann:a:%b\n',
    SCHEMA_REGISTRY_BEARER_AUTH_TOKEN: 'abc\r\n',
  });
  assert.deepEqual([access.userInfo, access.token], ['ann:a:%b', 'abc']);
  const cannot = (given: object, why: RegExp): void =>
    assert.throws(() => askingAt('https://127.0.0.1', given), why);
  cannot(
    { token: 'a\nb' },
    /^ConfigurationError: the bearer token for the registry cannot be sent: (?!.*a\nb)/,
  );
  cannot({ certificate: 'x', key: 'x' }, /^ConfigurationError: the certificate or the key .* cannot be used/);
  const { privateKey: key } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' },
  });
  cannot({ key }, /ssl\.key\.password/);
  assert.ok(askingAt('https://127.0.0.1', { key, passphrase: 'secret' }));
  const folder = await temporaryFolder(t);
  await writeFile(`${folder}/ca.der`, Buffer.from([48, 130]));
  await writeFile(`${folder}/p`, `ssl.ca.location=${folder}/ca.der\nssl.key.password=secret\n`);
  await assert.rejects(registryAccess(`${folder}/p`, {}), /ssl\.ca\.location: .*ca\.der is no PEM/);
});
