import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../../test/support/properties.ts';
import { ask } from '../api.ts';
import * as codecs from '../codecs.ts';
import { codecPort, type Transport } from './codec-port.ts';
import { NetworkFailure } from './failures.ts';

type Parse = (correlationId: number, apiKey: number, apiVersion: number, reader: unknown) => unknown;

/** Every API of the library that we speak, by its module's name. */
const parsers = new Map(
  Object.entries(codecs).flatMap(([name, module]) => {
    const parse: unknown = Reflect.get(Object(module), 'parseResponse');
    return typeof parse === 'function' ? [[name, parse as Parse]] : [];
  }),
);

/** Bytes that claim much: numbers of elements and lengths that are huge, negative, or go round. */
const answer = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 30 }),
      fc.constantFrom(
        [0xff, 0xff, 0xff, 0xff, 0x0f],
        [0xff, 0xff, 0xff, 0xff, 0x07],
        [0x80, 0x80, 0x80, 0x80, 0x08],
        [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
        [0x7f, 0xff, 0xff, 0xff],
        [0x80, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 0, 0],
      ),
      fc.constantFrom([1], [2], [3], [0]),
    ),
    { maxLength: 12 },
  )
  .map((parts) => Buffer.from(parts.flatMap((part) => [...part])));

function transportOf(bytes: Buffer): Transport & { closed: Error | undefined; quietMs: number } {
  return {
    closed: undefined,
    quietMs: 0,
    exchange: async () => ({ bytes, release: () => {} }),
    throttle(milliseconds) {
      this.quietMs = milliseconds;
    },
    close(reason) {
      this.closed = reason;
    },
  };
}

test('All of the APIs are put to the test', () => {
  assert.ok(parsers.size >= 16, [...parsers.keys()].join(', '));
});

for (const [name, parse] of parsers) {
  test(`Whatever ${name} is answered, it comes to an end, within the bytes that came`, () => {
    const before = process.memoryUsage().heapUsed;
    fc.assert(
      fc.property(answer, (bytes) => {
        const reader = codecs.readerOf(bytes);
        try {
          reader.readTaggedFields();
          parse(0, 0, 0, reader);
        } catch (error) {
          assert.ok(error instanceof Error);
          return;
        }
        assert.ok(reader.position <= bytes.byteLength);
      }),
      { numRuns: 300 },
    );
    assert.ok(process.memoryUsage().heapUsed - before < 200_000_000);
  });
}

test('An answer that makes no sense ends the connection, and the request may be made again', async () => {
  const transport = transportOf(Buffer.from([0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x0f]));
  const asked = ask(codecPort(transport, false), codecs.metadataV12.api, [], false, false);
  await assert.rejects(asked, NetworkFailure);
  assert.ok(transport.closed instanceof NetworkFailure);
});

test('An answer of which something is left over is not believed, least of all how long to be quiet', async () => {
  // No tags, 256 ms, no error, a producer id, its epoch, no tags; and then a byte that is for nobody.
  const whole = Buffer.from([0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0]);
  for (const [bytes, makesSense] of [
    [whole, true],
    [Buffer.concat([whole, Buffer.of(0)]), false],
  ] as const) {
    const transport = transportOf(bytes);
    const asked = ask(codecPort(transport, false), codecs.initProducerIdV4.api, null, 0);
    if (makesSense) assert.equal((await asked).producerId, 7n);
    else await assert.rejects(asked, NetworkFailure);
    assert.equal(transport.closed === undefined, makesSense);
    assert.equal(transport.quietMs, makesSense ? 256 : 0);
  }
});

test('What a broker refuses does not end the connection', async () => {
  // No tags, no throttling, NOT_COORDINATOR, no producer id, no tags.
  const answer = Buffer.from([0, 0, 0, 0, 0, 0, 16, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0]);
  const transport = transportOf(answer);
  const response = await ask(codecPort(transport, false), codecs.initProducerIdV4.api, null, 0);
  assert.equal(response.errorCode, 16);
  assert.equal(transport.closed, undefined);
});

test('Lengths that lead backwards are refused: reading would go on for minutes, or until memory ends', () => {
  const many = [0xff, 0xff, 0xff, 0xff, 0x07];
  const backByItself = [0, 0xfa, 0xff, 0xff, 0xff, 0x0f];
  const reader = codecs.readerOf(Buffer.from([...many, ...backByItself]));
  assert.throws(() => reader.readTaggedFields(), RangeError);
  const elements = codecs.readerOf(Buffer.from([...many, ...backByItself]));
  assert.throws(() => elements.readArray((inner) => inner.skip(0), true, false), RangeError);
});
