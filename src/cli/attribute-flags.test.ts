import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveSettings } from '../config.ts';
import { sinkAttributeFlags, sourceAttributeFlags } from './attribute-flags.ts';

function owner(flags: typeof sourceAttributeFlags | typeof sinkAttributeFlags, property: string): unknown {
  const file = { path: 'f', properties: { 'sluice.owner': property }, lineOf: () => 1 };
  return resolveSettings({ owner: flags.owner }, { flags: {}, environment: {}, file }).owner;
}

test('One property is a switch of the uploader and a choice of the downloader, whichever of both it was written for', () => {
  const rows = [
    ['true', true, 'name'],
    ['on', true, 'name'],
    ['name', true, 'name'],
    ['number', true, 'number'],
    ['www-data:', true, 'www-data:'],
    [':staff', true, ':staff'],
    ['1000:1000', true, '1000:1000'],
    ['SHOP\\ann:domain users', true, 'SHOP\\ann:domain users'],
    ['false', false, undefined],
    ['no', false, undefined],
  ] as const;
  for (const [property, up, down] of rows) {
    assert.equal(owner(sourceAttributeFlags, property), up, property);
    assert.equal(owner(sinkAttributeFlags, property), down, property);
  }
});

test('What is neither is refused by both, with what is allowed', () => {
  for (const property of ['ann', ':', 'a:b:c', 'names', 'a :c']) {
    assert.throws(() => owner(sourceAttributeFlags, property), /sluice\.owner .*neither true nor false/);
    assert.throws(
      () => owner(sinkAttributeFlags, property),
      /sluice\.owner .*is none of name, number, USER:GROUP/,
    );
  }
});
