import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { RenderedTexts, renderReply } from './rendered.ts';
import { Replies } from './replies.ts';

const replies = new Replies();

/** Texts of one thing, and how many had to be made. */
function texts(size: number) {
  const rendered = new RenderedTexts();
  const text = randomBytes(size).toString('base64').slice(0, size);
  let made = 0;
  const get = (version: number, key: string) =>
    rendered.get(version, key, () => {
      made += 1;
      return renderReply(replies, text, { type: 'text/plain', cache: 'no-store' });
    });
  return { get, made: () => made };
}

test('A text is made once while its version holds', () => {
  const { get, made } = texts(10);
  const first = get(1, 'a');
  assert.equal(get(1, 'a'), first);
  assert.notEqual(get(1, 'b'), first);
  assert.notEqual(get(2, 'a'), first);
  assert.equal(made(), 3);
});

test('What is remembered is bounded, in texts and in bytes', () => {
  const many = texts(10);
  for (let key = 0; key < 300; key += 1) many.get(1, String(key));
  many.get(1, '0');
  assert.equal(many.made(), 301);
  const large = texts(1024 * 1024);
  for (let key = 0; key < 8; key += 1) large.get(1, String(key));
  large.get(1, '0');
  assert.equal(large.made(), 9);
  // The newest is there, whatever its size.
  const huge = texts(9 * 1024 * 1024);
  assert.equal(huge.get(1, 'a'), huge.get(1, 'a'));
});
