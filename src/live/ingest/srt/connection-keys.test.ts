/** A connection whose sender encrypts, and takes new keys. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { allOf, begun, data, first, made, told } from '../../../../test/support/srt-connection.ts';
import { encodeKeyMessage } from './key-message.ts';
import { control, extension } from './packet.ts';
import { decryptPayload, wrapKeys } from './payload-keys.ts';

test('keys are taken by the word for them alone, one after the other, and repeated to the sender', async () => {
  const [passphrase, salt] = ['our passphrase', Buffer.alloc(16, 9)];
  const contentOf = async (byte: number, by = passphrase) => {
    const wrapped = await wrapKeys(Buffer.alloc(16, byte), salt, by, 16);
    return encodeKeyMessage({ keys: 'odd', cipher: 2, salt, keyLength: 16, wrapped });
  };
  const even = { key: Buffer.alloc(16, 7), salt };
  const { connection, said } = made({ encryption: { keys: { even }, passphrase } });
  connection.tick(begun);
  said.length = 0;
  const [content, other] = [await contentOf(1), await contentOf(2)];
  // Who does not encrypt needs none.
  const plain = made();
  plain.connection.receive(told(control.extended, { subtype: extension.keyRequest, content }), begun);
  const settle = async () => {
    for (const end = said.length; said.length === end; ) await setImmediate();
  };
  for (const wrong of [
    told(control.extended, { subtype: extension.keyResponse, content }),
    told(control.acknowledge, { subtype: extension.keyRequest, content }),
    told(control.extended, { subtype: extension.keyRequest, content: content.subarray(1) }),
  ])
    connection.receive(wrong, begun + 1);
  connection.receive(told(control.extended, { subtype: extension.keyRequest, content }), begun + 5);
  // While those are opened others are not looked at: they come again.
  connection.receive(told(control.extended, { subtype: extension.keyRequest, content: other }), begun + 6);
  await settle();
  assert.deepEqual(
    said.map(({ type, subtype, content, time }) => [type, subtype, content, time]),
    [[control.extended, extension.keyResponse, content, 5000]],
  );
  const sealed = (sequence: number, which: 'even' | 'odd', key: Buffer) =>
    data(sequence, '', {
      key: which,
      payload: decryptPayload({ [which]: { key, salt } }, which, sequence, Buffer.from(which))!,
    });
  connection.receive(sealed(first, 'even', even.key), begun + 7);
  connection.receive(sealed(first + 1, 'odd', Buffer.alloc(16, 1)), begun + 7);
  // Wrapped by somebody else.
  const foreign = await contentOf(3, 'their passphrase');
  connection.receive(told(control.extended, { subtype: extension.keyRequest, content: foreign }), begun + 8);
  const again = told(control.extended, { subtype: extension.keyRequest, content: other });
  for (said.length = 0; said.length === 0; await setImmediate()) connection.receive(again, begun + 9);
  connection.receive(sealed(first + 2, 'odd', Buffer.alloc(16, 2)), begun + 10);
  connection.receive(told(control.shutdown), begun + 11);
  assert.equal(await allOf(connection), 'evenoddodd');
  assert.equal(connection.figures.unreadable, 0);
  assert.deepEqual(plain.said, []);
});
