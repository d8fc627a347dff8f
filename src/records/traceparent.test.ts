import assert from 'node:assert/strict';
import { test } from 'node:test';
import { craftedClose } from '../../test/support/crafted.ts';
import { consumed } from '../../test/support/records.ts';
import { decodeFileRecord } from './file-record.ts';

const file = { path: 'a', bytes: Buffer.from('a') };
const right = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

test('a trace is read where it is one; another text harms no file', () => {
  const { headers = [], ...close } = craftedClose(file);
  const read = (text: string) => {
    const record = { ...close, headers: [...headers, ['traceparent', Buffer.from(text)] as const] };
    const found = decodeFileRecord(consumed(record));
    assert.equal(found?.kind, 'close');
    return found.kind === 'close' ? found.traceparent : undefined;
  };
  assert.equal(read(right), right);
  for (const wrong of ['', 'x', right.toUpperCase(), `${right} `, right.slice(1), `01${right.slice(2)}`])
    assert.equal(read(wrong), undefined, wrong);
});
