import assert from 'node:assert/strict';
import { test } from 'node:test';
import { duration, element } from './xml.ts';

test('Elements are lines, each as far in as it is deep', () => {
  assert.deepEqual(element('A', {}), ['<A/>']);
  assert.deepEqual(element('A', { x: 1, y: 'b' }), ['<A x="1" y="b"/>']);
  assert.deepEqual(element('A', { x: 1 }, element('B', {}, element('C', {}))), [
    '<A x="1">',
    '  <B>',
    '    <C/>',
    '  </B>',
    '</A>',
  ]);
});

test('No value ends its attribute, or begins an element', () => {
  assert.deepEqual(element('A', { x: '"<&"<&amp;' }), ['<A x="&quot;&lt;&amp;&quot;&lt;&amp;amp;"/>']);
});

test('Durations are seconds, to the millisecond', () => {
  for (const [seconds, text] of [
    [0, 'PT0S'],
    [3, 'PT3S'],
    [0.2, 'PT0.2S'],
    [1.2344, 'PT1.234S'],
    [1.2346, 'PT1.235S'],
    [1_790_000_000.7, 'PT1790000000.7S'],
  ] as const)
    assert.equal(duration(seconds), text);
});
