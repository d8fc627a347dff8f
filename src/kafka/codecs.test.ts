import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as library from '@platformatic/kafka';
import { ask } from './api.ts';
import { codeMessage, codeName } from './cluster/error-codes.ts';
import { translate } from './cluster/refusals.ts';
import * as codecs from './codecs.ts';

test('Every codec is the very one that the library exports by name', () => {
  const { readerOf, ...named } = codecs;
  assert.ok(readerOf(Buffer.alloc(1)) instanceof library.Reader);
  for (const [name, codec] of Object.entries(named)) {
    assert.equal(codec, Reflect.get(library, name), name);
  }
});

test('A code that the library does not know comes with its answer, as one that it knows', async () => {
  for (const code of [128, 140, 32_000, -2, -32_768]) {
    // Of DescribeConfigs: one resource without configurations, and the time to be spared for before it.
    const bytes = Buffer.from([0, 0, 0, 0, 2, 0, 0, 0, 2, 2, 0x54, 1, 0, 0]);
    bytes.writeInt16BE(code, 5);
    const { parseResponse } = codecs.describeConfigsV4;
    const connection = {
      send(_key: number, _version: number, _payload: unknown, _parse: unknown, ...rest: unknown[]): void {
        const callback = rest.at(-1) as (error: Error | null, response?: unknown) => void;
        try {
          callback(null, parseResponse(0, 32, 4, codecs.readerOf(bytes)));
        } catch (error) {
          callback(error as Error);
        }
      },
    };
    const { results } = await ask(connection, codecs.describeConfigsV4.api, []);
    assert.equal(results[0]?.errorCode, code);
    const unnamed = new codecs.ResponseError(32, 4, { '/': [code, null] }, {});
    assert.match(String(translate(unnamed, 'look')), new RegExp(`ERROR_${code}`));
    assert.equal(codeName(code), `ERROR_${code}`);
    assert.match(codeMessage(code), /does not know/);
  }
  assert.equal(codeName(6), 'NOT_LEADER_OR_FOLLOWER');
});
