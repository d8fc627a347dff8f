import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Decrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { temporaryFolder } from '../../../test/support/folder.ts';
import { consumed } from '../../../test/support/records.ts';
import { describeError, FormatError } from '../../errors.ts';
import type { Header } from '../../kafka/contract.ts';
import { sealAbort } from '../../records/seal-record.ts';
import type { SealedRecord } from '../../records/sealed-form.ts';
import { decodeTopicRecord } from '../../records/topic-record.ts';
import { Keyring } from './keyring.ts';
import { Recipients } from './recipients.ts';

test('The key of the vectors is opened by their identity, and by no other', async (t) => {
  const page = readFileSync(new URL('../../../FORMAT.md', import.meta.url), 'utf8');
  const [key, identity, secret] = ['key', 'identity', 'secret'].map((name) => {
    return new RegExp(`^ "${name}": "(.*)"`, 'm').exec(page)![1]!;
  }) as [string, string, string];
  const folder = await temporaryFolder(t);
  const [right, other] = [join(folder, 'right'), join(folder, 'other')];
  await writeFile(right, `${identity}\n`);
  await writeFile(other, `# public key: none\n${await generateX25519Identity()}\n`);
  const opened = await (await Keyring.open({ identity: [other, right] })).unwrap({ key });
  assert.equal(Buffer.from(opened!).toString('hex'), secret);
  const stranger = await Keyring.open({ identity: [other] });
  assert.equal(await stranger.unwrap({ key }), undefined);
  const damaged = Buffer.from(key, 'base64');
  damaged[damaged.length - 1]! ^= 1;
  const own = await Keyring.open({ identity: [right] });
  await assert.rejects(own.unwrap({ key: damaged.toString('base64') }), FormatError);
  assert.notEqual(own.mark, stranger.mark);
  assert.equal(own.mark, (await Keyring.open({ identity: [right] })).mark);
});

test('What a passphrase opens is as age itself writes it', async (t) => {
  const folder = await temporaryFolder(t);
  const encryptPassphraseFile = join(folder, 'passphrase');
  await writeFile(encryptPassphraseFile, 'a long one\r\nand a second line that counts for nothing');
  const recipients = await Recipients.open({ encryptPassphraseFile });
  const { secret, key, lock } = await recipients!.newKey();
  const byPackage = new Decrypter();
  byPackage.addPassphrase('a long one');
  const identity = await byPackage.decrypt(Buffer.from(lock!, 'base64'), 'text');
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity.trim());
  assert.deepEqual(Buffer.from(await decrypter.decrypt(Buffer.from(key, 'base64'))), Buffer.from(secret));
});

test('A mark tells whether an upload is for the same, and is of that upload', async () => {
  const [anna, bert] = [await generateX25519Identity(), await generateX25519Identity()];
  const encryptTo = [await identityToRecipient(anna), await identityToRecipient(bert)];
  const [both, turned, one] = [
    (await Recipients.open({ encryptTo }))!,
    (await Recipients.open({ encryptTo: encryptTo.toReversed() }))!,
    (await Recipients.open({ encryptTo: encryptTo.slice(1) }))!,
  ];
  assert.equal(both.markOf('a'), turned.markOf('a'));
  assert.notEqual(both.markOf('a'), one.markOf('a'));
  assert.notEqual(both.markOf('a'), both.markOf('b'));
  const keys = await Promise.all(Array.from({ length: 20 }, () => both.newKey()));
  assert.equal(new Set(keys.map(({ secret }) => Buffer.from(secret).toString('hex'))).size, 20);
});

test('Too many recipients for a header are refused', async () => {
  const encryptTo = await Promise.all(
    Array.from({ length: 60 }, async () => identityToRecipient(await generateX25519Identity())),
  );
  await assert.rejects(Recipients.open({ encryptTo }), /60 recipients are too many/);
});

test('A record that repeats a key without its lock, or with another one, does not shut those that have it', async (t) => {
  const folder = await temporaryFolder(t);
  const passphraseFile = join(folder, 'passphrase');
  await writeFile(passphraseFile, 'a long one');
  const recipients = (await Recipients.open({ encryptPassphraseFile: passphraseFile }))!;
  const ref = { uploader: 'shop', path: 'a.txt', upload: 'a'.repeat(32) };
  const key = await recipients.newKey();
  const { headers, value } = sealAbort({ key, path: ref.path }, { ...ref, reason: 'gone' });
  const keyring = await Keyring.open({ passphraseFile });
  const open = (lock: string | undefined) => {
    const others = headers!.filter(([name]) => name !== 'lock');
    const locks: Header[] = lock === undefined ? [] : [['lock', Buffer.from(lock)]];
    const sealed = decodeTopicRecord(consumed({ headers: [...others, ...locks], value: value ?? null }));
    assert.equal(sealed?.kind, 'sealed');
    return keyring.open(sealed as SealedRecord);
  };
  assert.equal(await open(undefined), undefined);
  assert.equal(await open('AAAA'), undefined);
  assert.equal((await open(key.lock))?.kind, 'abort');
});

test('A secret that was given as a recipient, and what stands in a file that is none of recipients, are not told', async (t) => {
  const folder = await temporaryFolder(t);
  const identity = await generateX25519Identity();
  const [keys, passphrase] = [join(folder, 'keys'), join(folder, 'passphrase')];
  await writeFile(keys, `# created: today\n${identity}\n`);
  await writeFile(passphrase, 'a long one\n');
  for (const [options, said] of [
    [{ encryptTo: [identity] }, /^--encrypt-to: a secret key/],
    [{ encryptTo: [identity.toLowerCase()] }, /^--encrypt-to: a secret key/],
    [{ encryptToFile: [keys] }, /^--encrypt-to-file: a secret key was given as a recipient in .*keys/],
    [{ encryptToFile: [passphrase] }, /^--encrypt-to-file: a line in .*passphrase is no recipient/],
    [{ encryptTo: ['agel0'] }, /^--encrypt-to: "agel0" is no recipient/],
  ] as const) {
    const error = await Recipients.open(options).then(() => assert.fail('it was taken'), describeError);
    assert.match(error, said);
    assert.doesNotMatch(error, new RegExp(`a long one|${identity.slice(20)}`, 'i'));
  }
  const error = await Keyring.open({ identity: [identity] }).then(() => assert.fail('taken'), describeError);
  assert.equal(error, '--identity: a secret key was given in the place of the file that holds it');
});
