import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PageTokens } from './page-tokens.ts';

test('A listing that goes in a circle is ended, whatever its length and wherever it begins', () => {
  for (let before = 0; before < 12; before++)
    for (let length = 1; length < 12; length++) {
      const tokens = new PageTokens('s3://bucket');
      const most = 3 * (before + length) + 2;
      const walk = (): void => {
        for (let at = 0; at < most; at++)
          tokens.next(String(at < before ? at : before + ((at - before) % length)));
      };
      assert.throws(walk, /s3:\/\/bucket cannot be listed: .* same page/, `${before} ${length}`);
    }
});

test('A listing of many pages is gone through', () => {
  const tokens = new PageTokens('s3://bucket');
  for (let at = 0; at < 10_000; at++) assert.equal(tokens.next(`token ${at}`), `token ${at}`);
});
