import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leadsOut } from './link-target.ts';

test('A link leads out by an absolute target, by too many steps up, and perhaps by steps up behind a name', () => {
  const inside = ['b', './b', 'd/e', '.', 'a/./b', 'a//b', '..a', 'a..'];
  for (const target of inside) assert.equal(leadsOut('a', target), false, target);
  for (const target of ['..', '../x', './..', '/etc/passwd', '//x', 'd/../e', 'C:\\x', '..\\x', 'c:x'])
    assert.equal(leadsOut('a', target), true, target);
  for (const target of ['..', '../x', '../../x', '.././..'])
    assert.equal(leadsOut('d/e/a', target), false, target);
  for (const target of ['../../..', '../x/../..', 'x/..', '../../x/../../y'])
    assert.equal(leadsOut('d/e/a', target), true, target);
});
