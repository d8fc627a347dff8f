import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryFolder } from '../../../../test/support/folder.ts';
import { ConfigurationError, SluiceError } from '../../../errors.ts';
import { looksLikeToken, SenderTokens, tokenHolds } from './sender-tokens.ts';
import { publicKeysAt, secretIn } from './signing-keys.ts';

const now = Date.UTC(2026, 10, 30, 12);
const seconds = now / 1000;
const claims = { stream: 'cam', exp: seconds + 60 };
const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token by Node's own means, and not by the library that reads it. */
function token(payload: object, alg: string, key: KeyObject | Buffer, head: object = {}): string {
  const said = `${base64({ alg, typ: 'JWT', ...head })}.${base64(payload)}`;
  const signature = Buffer.isBuffer(key)
    ? createHmac(alg.replace('HS', 'sha'), key).update(said).digest()
    : sign(alg === 'EdDSA' ? null : alg.replace(/^[ERP]S/, 'sha'), Buffer.from(said), {
        key,
        dsaEncoding: 'ieee-p1363',
      });
  return `${said}.${signature.toString('base64url')}`;
}

async function fileOf(t: TestContext, text: string): Promise<string> {
  const file = join(await temporaryFolder(t), 'key');
  await writeFile(file, text);
  return file;
}

const secret = Buffer.from(randomBytes(32).toString('base64'));
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const [p256, ed25519] = [generateKeyPairSync('ec', { namedCurve: 'P-256' }), generateKeyPairSync('ed25519')];
const pem = (key: KeyObject): string => String(key.export({ type: 'spki', format: 'pem' }));

test('A token opens the streams that it names, until its end, by each kind of key', async (t) => {
  const kinds = [
    ['HS256', secret, await secretIn(await fileOf(t, `${secret}\nmore`))],
    ...(await Promise.all(
      (
        [
          ['RS256', rsa],
          ['ES256', p256],
          ['EdDSA', ed25519],
        ] as const
      ).map(
        async ([alg, { privateKey, publicKey }]) =>
          [alg, privateKey, await publicKeysAt(await fileOf(t, pem(publicKey)))] as const,
      ),
    )),
  ] as const;
  for (const [alg, key, keys] of kinds) {
    const tokens = new SenderTokens({ keys });
    const ask = (payload: object, stream = 'cam') =>
      tokens.ask({ key: token(payload, alg, key), stream }, now);
    const good = await ask(claims);
    assert.ok(good.isGood && good.opener !== undefined, alg);
    assert.deepEqual([tokenHolds(good.opener, now), tokenHolds(good.opener, now + 70_000)], [true, false]);
    for (const stream of ['*', 'c*', ['a', 'ca?']])
      assert.equal((await ask({ ...claims, stream })).isGood, true);
    assert.equal((await ask({ ...claims, stream: 'c*' }, 'dam')).isGood, false);
  }
});

test('Whoever has a token of ours reads what is wrong with it, and nobody else learns anything', async (t) => {
  const keys = await secretIn(await fileOf(t, String(secret)));
  const tokens = new SenderTokens({ keys, audience: 'ingest', issuer: 'us' });
  const right = { ...claims, aud: ['ingest', 'more'], iss: 'us' };
  const nothing = 'the key opens no stream "cam" here';
  const made = (payload: object): string => token(payload, 'HS256', secret);
  const [head = '', body = '', signature = ''] = made(right).split('.');
  const table: readonly (readonly [given: string, message: string | undefined])[] = [
    [made(right), undefined],
    ['', 'stream "cam" needs a key: send to cam?key=TOKEN'],
    ['wrong', nothing],
    [`${head}.${body}.`, nothing],
    [`${head}.${base64({ ...right, stream: '*' })}.${signature}`, nothing],
    [`${base64({ alg: 'none' })}.${body}.`, nothing],
    [token(right, 'HS256', Buffer.from(randomBytes(32))), nothing],
    [token(right, 'RS256', rsa.privateKey), nothing],
    [made({ ...right, exp: seconds - 60 }), 'the key was good until 2026-11-30 11:59 UTC: ask for a new one'],
    [
      made({ ...right, exp: undefined }),
      'the key says of no end (its claim "exp"), and is not taken without',
    ],
    [made({ ...right, exp: 'never' }), 'the key says of no end (its claim "exp"), and is not taken without'],
    [made({ ...right, nbf: seconds + 60 }), 'the key is good from 2026-11-30 12:01 UTC on'],
    [made({ ...right, aud: 'other' }), 'the key is for another server: its claim "aud" is not this one\'s'],
    [
      made({ ...right, iss: 'them' }),
      'the key is not from whom this server believes: its claim "iss" is another',
    ],
    [made({ ...right, stream: 'dam' }), 'the key is for other streams than "cam"'],
    ...[undefined, '', 7, [], ['cam', 7]].map(
      (stream) =>
        [
          made({ ...right, stream }),
          'the key names no streams: its claim "stream" is a name, a glob, or a list of them',
        ] as const,
    ),
  ];
  for (const [key, message] of table) {
    const answer = await tokens.ask({ key, stream: 'cam' }, now);
    assert.deepEqual(answer.isGood ? undefined : answer.message, message, key);
  }
  assert.deepEqual([looksLikeToken(made(right)), looksLikeToken('cam.one')], [true, false]);
});

test('The text of a public key is no secret to sign with', async (t) => {
  const tokens = new SenderTokens({ keys: await publicKeysAt(await fileOf(t, pem(rsa.publicKey))) });
  const key = token(claims, 'HS256', Buffer.from(pem(rsa.publicKey)));
  assert.equal((await tokens.ask({ key, stream: 'cam' }, now)).isGood, false);
});

test('What everybody can know is no secret either: the first line of a key or of a set of keys', async (t) => {
  const lines = [
    '-----BEGIN ENCRYPTED PRIVATE KEY-----',
    '-----BEGIN OPENSSH PRIVATE KEY-----',
    JSON.stringify({ keys: [p256.publicKey.export({ format: 'jwk' })] }),
    `ssh-ed25519 ${'A'.repeat(68)} somebody`,
    `\uFEFF-----BEGIN ENCRYPTED PRIVATE KEY-----`,
  ];
  const binary = join(await temporaryFolder(t), 'key');
  await writeFile(binary, Buffer.alloc(48, 0x9c));
  const files = [...(await Promise.all(lines.map((line) => fileOf(t, `${line}\nMII\n`)))), binary];
  for (const file of files)
    await assert.rejects(secretIn(file), (error: Error) => {
      assert.ok(error instanceof ConfigurationError, String(error));
      assert.match(error.message, /^--jwt-secret-file: .* openssl rand -base64 48$/);
      return true;
    });
});

test('What a token says of keys elsewhere is not looked at, and the dearest pattern is cheap', async (t) => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(String(request.url));
    response.end(JSON.stringify({ keys: [rsa.publicKey.export({ format: 'jwk' })] }));
  }).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const tokens = new SenderTokens({ keys: await publicKeysAt(await fileOf(t, pem(p256.publicKey))) });
  const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = stranger.publicKey.export({ format: 'jwk' });
  for (const head of [{ jku: url }, { x5u: url }, { jwk }, { crit: ['b64'], b64: false }]) {
    const key = token(claims, 'ES256', stranger.privateKey, head);
    assert.equal((await tokens.ask({ key, stream: 'cam' }, now)).isGood, false);
  }
  assert.deepEqual(asked, []);
  // Hours, where each way to read it is tried.
  for (const stream of [Array(100).fill(`${'*a'.repeat(20)}z`), '/', '+(*a)z']) {
    const key = token({ ...claims, stream }, 'ES256', p256.privateKey);
    assert.equal((await tokens.ask({ key, stream: 'a'.repeat(64) }, now)).isGood, false);
  }
});

test('Sets of keys: by the name in the token, or all that fit; from a file and from a server', async (t) => {
  const jwk = (key: KeyObject, kid?: string) => ({ ...key.export({ format: 'jwk' }), ...(kid && { kid }) });
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const named = JSON.stringify({ keys: [jwk(other.publicKey, 'old'), jwk(p256.publicKey, 'new')] });
  const nameless = JSON.stringify({ keys: [jwk(other.publicKey), jwk(p256.publicKey)] });
  let answer = named;
  const server = createServer((request, response) => {
    if (request.url === '/away') response.writeHead(302, { location: '/' }).end();
    else response.end(answer);
  }).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ask = async (place: string, head: object, by = p256) => {
    const tokens = new SenderTokens({ keys: await publicKeysAt(place) });
    return tokens.ask({ key: token(claims, 'ES256', by.privateKey, head), stream: 'cam' }, now);
  };
  for (const place of [await fileOf(t, named), url]) {
    assert.equal((await ask(place, { kid: 'new' })).isGood, true, place);
    assert.equal((await ask(place, { kid: 'old' })).isGood, false, place);
    assert.equal((await ask(place, { kid: 'none' })).isGood, false, place);
  }
  answer = nameless;
  for (const place of [
    await fileOf(t, nameless),
    url,
    await fileOf(t, JSON.stringify(jwk(p256.publicKey))),
  ]) {
    assert.equal((await ask(place, {})).isGood, true, place);
    assert.equal(
      (await ask(place, {}, generateKeyPairSync('ec', { namedCurve: 'P-256' }))).isGood,
      false,
      place,
    );
  }
  // Who cannot look knows nothing: that is no refusal of the key.
  answer = 'no JSON';
  for (const place of [url, `${url}/away`, 'http://127.0.0.1:1/'])
    await assert.rejects(ask(place, {}), SluiceError);
});

test('What is no key, or one that should not be here, is told when the server starts, without a word of it', async (t) => {
  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const x25519 = generateKeyPairSync('x25519');
  const privatePem = String(p256.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const privateSet = JSON.stringify({ keys: [p256.privateKey.export({ format: 'jwk' })] });
  const set = (...keys: readonly KeyObject[]): string =>
    JSON.stringify({ keys: keys.map((key) => key.export({ format: 'jwk' })) });
  const pss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 });
  const sets = [set(), set(weak.publicKey), set(x25519.publicKey), '{"more":1}', '{"keys":[{"kty":"RSA"}]}'];
  const pems = [privatePem, pem(weak.publicKey), pem(x25519.publicKey), pem(pss.publicKey)];
  const texts = [...pems, privateSet, ...sets, '', '{}x', '{"keys":7}'];
  const places = await Promise.all(texts.map((text) => fileOf(t, text)));
  const urls = ['ftp://example.org/', 'https://u:p@example.org/', 'http://example.org/keys', 'https://'];
  for (const place of [...places, ...urls, join(await temporaryFolder(t), 'none')]) {
    const error = await publicKeysAt(place).then(
      () => assert.fail(place),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof ConfigurationError, `${place}: ${String(error)}`);
    assert.match(error.message, /^--jwt-keys: /);
    assert.doesNotMatch(error.message, /u:p|BEGIN/);
  }
  // One that is of no use stands in nobody's way.
  const among = await publicKeysAt(
    await fileOf(t, set(weak.publicKey, x25519.publicKey, p256.publicKey, rsa.publicKey)),
  );
  for (const [alg, { privateKey }] of [
    ['RS256', rsa],
    ['ES256', p256],
  ] as const) {
    const key = token(claims, alg, privateKey);
    assert.equal((await new SenderTokens({ keys: among }).ask({ key, stream: 'cam' }, now)).isGood, true);
  }
  await assert.rejects(secretIn(await fileOf(t, `${'x'.repeat(31)}\n`)), (error: Error) => {
    assert.ok(error instanceof ConfigurationError);
    assert.doesNotMatch(error.message, /xxx/);
    return true;
  });
});
