import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../../test/support/properties.ts';
import { tokenOf } from './tokens.ts';

/** `WritableUtils.writeVInt`, for lengths. */
function number(value: number): Buffer {
  if (value <= 127) return Buffer.from([value]);
  const bytes: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Buffer.from([-112 - bytes.length, ...bytes].map((byte) => byte & 0xff));
}

function field(value: string | Uint8Array): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([number(bytes.length), bytes]);
}

interface Token {
  readonly identifier: string;
  readonly kind: string;
  readonly service: string;
}

function written({ identifier, kind, service }: Token): Buffer {
  return Buffer.concat([identifier, 'password', kind, service].map(field));
}

function file(...tokens: Token[]): Buffer {
  const parts = tokens.map((token) => Buffer.concat([field(`alias of ${token.service}`), written(token)]));
  // No secret keys stand behind the tokens.
  return Buffer.concat([Buffer.from('HDTS\0', 'latin1'), number(tokens.length), ...parts, number(0)]);
}

const kind = 'HDFS_DELEGATION_TOKEN';

test('Of a file of tokens that of a namenode is taken, as requests have it', () => {
  const [yarn, other, ours, ha] = [
    { identifier: 'y', kind: 'YARN_AM_RM_TOKEN', service: 'nn1:8030' },
    { identifier: 'o', kind, service: '10.0.0.9:8020' },
    { identifier: 'i'.repeat(300), kind: 'SWEBHDFS delegation', service: 'nn1:9871' },
    { identifier: 'h', kind, service: 'ha-hdfs:nn2:8020' },
  ];
  const text = (token: Token): string => written(token).toString('base64url');
  assert.equal(tokenOf(file(yarn, other, ours), ['nn1:9871']), text(ours));
  assert.equal(tokenOf(file(other, ha), ['nn1:9870', 'nn2:9870']), text(ha));
  assert.equal(tokenOf(file(yarn, other), ['nn7:9870']), text(other));
  assert.equal(tokenOf(file(yarn), ['nn1:9870']), undefined);
  assert.equal(tokenOf(Buffer.from('AAbb_-cc12\n'), ['nn1:9870']), 'AAbb_-cc12');
});

test('What is no file of tokens has none', () => {
  const whole = file({ identifier: 'i', kind, service: 'nn:8020' });
  for (let length = 0; length < whole.length - 1; length++)
    assert.equal(tokenOf(whole.subarray(0, length), []), undefined, String(length));
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      const found = tokenOf(Buffer.concat([Buffer.from('HDTS\0', 'latin1'), bytes]), ['nn:1']);
      assert.ok(found === undefined || /^[\w-]*$/.test(found));
    }),
    { numRuns: 300 },
  );
});
