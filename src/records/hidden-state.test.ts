import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FormatError } from '../errors.ts';
import { showState } from './hidden-state.ts';
import { NamesKey } from './names-key.ts';
import type { FileState } from './state-record.ts';

test('What whoever has the key of names may hide is judged as what anybody writes', () => {
  const names = new NamesKey(Buffer.alloc(32, 7));
  const path = names.pathOf('shop', 'a.txt');
  for (const text of [
    '',
    'null',
    '{"path":1}',
    '{"path":"a.txt","state":{}}',
    '{"path":"a.txt","state":"{"}',
  ]) {
    const hidden = names.hide(`shop/${path}`, text);
    assert.throws(
      () => showState(names, 'shop', { path, state: { hidden } as unknown as FileState }),
      FormatError,
      text,
    );
  }
});
