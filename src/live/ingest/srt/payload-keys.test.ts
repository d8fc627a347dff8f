import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../../test/support/folder.ts';
import fc from '../../../../test/support/properties.ts';
import { decodeKeyMessage, encodeKeyMessage } from './key-message.ts';
import { readPassphrase } from './passphrase.ts';
import { decryptPayload, openKeys, wrapKeys } from './payload-keys.ts';

const passphrase = 'a long passphrase';

for (const keyLength of [16, 24, 32])
  for (const keys of ['even', 'odd', 'both'] as const)
    test(`a message with ${keys} of ${keyLength} bytes is opened with its passphrase only`, async () => {
      const [salt, all] = [randomBytes(16), randomBytes(keyLength * (keys === 'both' ? 2 : 1))];
      const wrapped = await wrapKeys(all, salt, passphrase, keyLength);
      const message = decodeKeyMessage(encodeKeyMessage({ keys, cipher: 2, salt, keyLength, wrapped }));
      assert.ok(message);
      const opened = await openKeys(message, passphrase);
      assert.deepEqual(opened?.even?.key, keys === 'odd' ? undefined : all.subarray(0, keyLength));
      assert.deepEqual(opened?.odd?.key, keys === 'even' ? undefined : all.subarray(-keyLength));
      assert.equal(await openKeys(message, `${passphrase}.`), undefined);
    });

test('what is not as a key message must be is none', () => {
  const message = {
    keys: 'even',
    cipher: 2,
    salt: Buffer.alloc(16),
    keyLength: 16,
    wrapped: Buffer.alloc(24),
  } as const;
  const good = encodeKeyMessage(message);
  assert.deepEqual(decodeKeyMessage(good), message);
  for (const [at, value] of [
    [0, 0x22],
    [1, 0],
    [3, 0],
    [3, 3],
    [14, 0],
    [15, 5],
    [15, 8],
  ] as const) {
    const bad = Buffer.from(good);
    bad[at] = value;
    assert.equal(decodeKeyMessage(bad), undefined, `byte ${at} is ${value}`);
  }
  assert.equal(decodeKeyMessage(good.subarray(0, 40)), undefined);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 99 }), (noise) => void decodeKeyMessage(Buffer.from(noise))),
  );
});

test('a payload is decrypted by the key that it names, and never taken in the clear', () => {
  const key = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');
  const salt = Buffer.from('f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff', 'hex');
  const clear = Buffer.from('the same media, in the clear');
  const sealed = decryptPayload({ even: { key, salt } }, 'even', 0x12345678, clear);
  assert.ok(sealed && !sealed.equals(clear));
  const keys = { odd: { key, salt } };
  assert.deepEqual(decryptPayload(keys, 'odd', 0x12345678, sealed), clear);
  assert.notDeepEqual(decryptPayload(keys, 'odd', 0x12345679, sealed), clear);
  for (const which of ['none', 'even', 'both'] as const)
    assert.equal(decryptPayload(keys, which, 0x12345678, sealed), undefined);
});

test('a passphrase is the first line of its file, as long as SRT has it, and never shown', async (t) => {
  const file = join(await temporaryFolder(t), 'passphrase');
  for (const [text, passphrase] of [
    ['0123456789', '0123456789'],
    [`${'x'.repeat(79)}\r\nanother line`, 'x'.repeat(79)],
  ] as const) {
    await writeFile(file, text);
    assert.equal(await readPassphrase(file), passphrase);
  }
  for (const text of ['', 'too short', 'x'.repeat(80), '\nthe second line']) {
    await writeFile(file, text);
    const isRight = ({ name, message }: Error): boolean =>
      name === 'ConfigurationError' &&
      /has 10 to 79/.test(message) &&
      (text === '' || !message.includes(text));
    await assert.rejects(readPassphrase(file), isRight);
  }
  await assert.rejects(readPassphrase(`${file}.none`), { name: 'ConfigurationError' });
});
