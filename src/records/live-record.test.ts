import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../test/support/properties.ts';
import { consumed, withHeader, withHeaderTwice, withoutHeader } from '../../test/support/records.ts';
import { FormatError } from '../errors.ts';
import type { Header, NewRecord } from '../kafka/contract.ts';
import type { Colours } from './colours.ts';
import { decodeLiveRecord, encodeLiveRecord, type LiveRecord } from './live-record.ts';

const anyName = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/);
const anyWhole = fc.maxSafeNat();
const anyPositive = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });

const numbered = {
  stream: anyName,
  epoch: anyWhole,
  sequence: anyWhole,
  media: anyWhole,
  ordinal: anyWhole,
  discontinuities: anyWhole,
};
const times = { timescale: anyPositive, time: anyWhole, duration: anyPositive, captured: anyWhole };

const anyCode = fc.nat(255);

const anyRecord: fc.Arbitrary<LiveRecord> = fc.oneof(
  fc.record({
    kind: fc.constant('init' as const),
    ...numbered,
    rendition: anyName,
    facts: fc.record(
      {
        codecs: fc.constantFrom('avc1.64001f,mp4a.40.2', 'mp4a.40.2', 'hvc1.1.6.L93.B0'),
        width: anyWhole,
        height: anyWhole,
        frameRate: anyWhole,
        bandwidth: anyPositive,
        averageBandwidth: anyPositive,
        ...{ colours: fc.record({ primaries: anyCode, transfer: anyCode, matrix: anyCode }) },
      },
      { requiredKeys: ['codecs', 'width', 'height', 'frameRate', 'bandwidth', 'averageBandwidth'] },
    ),
    targets: fc
      .tuple(anyPositive, anyPositive)
      .map(([a, b]) => ({ part: Math.min(a, b), segment: Math.max(a, b) })),
  }),
  fc.record({
    kind: fc.constant('part' as const),
    ...numbered,
    rendition: anyName,
    part: anyWhole,
    chunk: anyWhole,
    lastChunk: fc.boolean(),
    keyframe: fc.boolean(),
    discontinuity: fc.boolean(),
    ...times,
  }),
  fc.record({ kind: fc.constant('gap' as const), ...numbered, discontinuity: fc.boolean(), ...times }),
  fc.record({ kind: fc.constant('end' as const), ...numbered }),
);

const bytes = Buffer.alloc(16, 1);
const carries = ({ kind }: LiveRecord): boolean => kind === 'init' || kind === 'part';
const encoded = (record: LiveRecord): NewRecord =>
  encodeLiveRecord(record, carries(record) ? bytes : undefined);

const common = { stream: 'cam', epoch: 3, sequence: 40, media: 7, ordinal: 12, discontinuities: 1 };
const clock = { timescale: 15360, time: 30720, duration: 3072, captured: 1_790_000_000_000_000 };
const facts = {
  codecs: 'avc1.64001f,mp4a.40.2',
  width: 640,
  height: 360,
  frameRate: 30_000,
  bandwidth: 1_200_000,
  averageBandwidth: 1_000_000,
};

/** One good record of each kind. */
const good: Readonly<Record<string, NewRecord>> = Object.fromEntries(
  (
    [
      { kind: 'init', ...common, rendition: 'v', facts, targets: { part: 200_000, segment: 2_000_000 } },
      { kind: 'part', ...common, rendition: 'v', part: 2, chunk: 0, ...clock, ...flags('kl') },
      { kind: 'gap', ...common, discontinuity: false, ...clock },
      { kind: 'end', ...common },
    ] satisfies LiveRecord[]
  ).map((record) => [record.kind, encoded(record)]),
);

function flags(letters: string) {
  const has = (letter: string): boolean => letters.includes(letter);
  return { keyframe: has('k'), discontinuity: has('d'), lastChunk: has('l') };
}

const namesOf = (record: NewRecord): string[] => (record.headers ?? []).map(([name]) => name);

function refused(record: NewRecord, what: string): void {
  assert.throws(() => decodeLiveRecord(consumed(record)), FormatError, what);
}

test('A record comes back as it was written, keyed by its stream', () => {
  fc.assert(
    fc.property(anyRecord, (record) => {
      const written = encoded(record);
      assert.equal(Buffer.from(written.key ?? []).toString(), record.stream);
      // fast-check's objects have no prototype.
      assert.deepEqual(decodeLiveRecord(consumed(written)), structuredClone(record));
    }),
  );
});

test('What is not of Sluice is passed over', () => {
  assert.equal(decodeLiveRecord(consumed({ value: bytes })), undefined);
});

test('Header that is missing, or stands twice', () => {
  for (const [kind, record] of Object.entries(good)) {
    assert.equal(decodeLiveRecord(consumed(record))?.kind, kind);
    for (const name of namesOf(record)) {
      if (name !== 'sluice') refused(withoutHeader(record, name), `${kind} without ${name}`);
      refused(withHeaderTwice(record, name), `${kind} with ${name} twice`);
    }
  }
});

test('Headers whose values cannot be', () => {
  const number = ['', '-1', 'NaN', '1.5', '9007199254740992', '18446744073709551615', '0x10', ' 1'];
  const table: Readonly<Record<string, readonly string[]>> = {
    sluice: ['', '0', '2'],
    kind: ['', 'chunk', 'INIT', '__proto__'],
    stream: ['', '../x', 'a/b', '.a', '-a', 'a b', 'a\n', 'é', 'a'.repeat(65)],
    rendition: ['', '..', 'a/b', 'a"b', 'ws', 'index.m3u8', 'a'.repeat(65)],
    codecs: ['', 'a"b', 'avc1\n#EXT-X-ENDLIST', 'a'.repeat(201)],
    flags: ['x', 'kk', 'lk', 'dk', 'k d'],
  };
  for (const [kind, record] of Object.entries(good)) {
    for (const name of namesOf(record)) {
      for (const text of table[name] ?? number) {
        refused(withHeader(record, name, text), `${kind} with ${name} ${JSON.stringify(text)}`);
      }
    }
  }
  for (const name of ['timescale', 'duration']) refused(withHeader(good.part!, name, '0'), `${name} 0`);
  const colours = { primaries: 9, transfer: 16, matrix: 9 };
  const targets = { part: 200_000, segment: 2_000_000 };
  const coloured = encoded({
    ...{ kind: 'init', ...common, rendition: 'v', facts: { ...facts, colours }, targets },
  });
  for (const text of ['', '9,16', '9,16,256', '09,16,9', '9,16,9,1', '9, 16,9', '9,16,-1'])
    refused(withHeader(coloured, 'colours', text), `colours ${text}`);
  for (const name of ['bandwidth', 'part-target', 'segment-target']) {
    refused(withHeader(good.init!, name, '0'), `${name} 0`);
  }
  refused(withHeader(good.init!, 'part-target', '2000001'), 'parts that are longer than segments');
  refused(withHeader(good.gap!, 'flags', 'k'), 'a gap with a keyframe');
});

test('Inits and parts without bytes', () => {
  for (const kind of ['init', 'part']) {
    for (const value of [null, Buffer.alloc(0), Buffer.alloc(15)]) refused({ ...good[kind]!, value }, kind);
  }
});

test('Headers that are not UTF-8, a megabyte long, or a hundred thousand', () => {
  const more = Array.from({ length: 100_000 }, (_, index): Header => [`x${index}`, Buffer.alloc(0)]);
  for (const [kind, record] of Object.entries(good)) {
    for (const name of namesOf(record)) {
      refused(withHeader(record, name, Uint8Array.of(0xff, 0xfe)), `${kind} with ${name} not UTF-8`);
      refused(withHeader(record, name, Buffer.alloc(1024 * 1024, 'a')), `${kind} with a long ${name}`);
    }
    refused({ ...record, headers: [...(record.headers ?? []), ...more] }, `${kind} with many headers`);
  }
});

const part: LiveRecord = {
  kind: 'part',
  ...{ stream: 'cam', epoch: 1, sequence: 2, media: 3, ordinal: 4, discontinuities: 5, rendition: 'main' },
  ...{ part: 0, chunk: 0, lastChunk: true, keyframe: true, discontinuity: false },
  ...{ timescale: 1, time: 0, duration: 1, captured: 0 },
};

test('A value counts by all of its pieces, and a part needs 16 bytes', () => {
  const pieces = (...lengths: number[]) => lengths.map((length) => Buffer.alloc(length));
  for (const value of [Buffer.alloc(16), pieces(16), pieces(8, 8), pieces(15, 1)])
    assert.equal(encodeLiveRecord(part, value).value, value);
  for (const value of [null, Buffer.alloc(15), pieces(), pieces(7, 8), pieces(15)])
    assert.throws(() => encodeLiveRecord(part, value), FormatError);
});

test('Headers stand in the order of FORMAT.md', () => {
  const names = (record: LiveRecord) =>
    (encodeLiveRecord(record, Buffer.alloc(16)).headers ?? []).map(([name]) => name);
  const { kind: _, rendition, part: _part, chunk: _chunk, lastChunk: _last, keyframe: _key, ...gap } = part;
  const first = ['sluice', 'kind', 'stream', 'epoch', 'sequence', 'media', 'ordinal', 'discontinuities'];
  const times = ['flags', 'timescale', 'time', 'duration', 'captured'];
  assert.deepEqual(names(part), [...first, 'rendition', 'part', 'chunk', ...times]);
  assert.deepEqual(names({ kind: 'gap', ...gap }), [...first, ...times]);
  const { stream, epoch, sequence, media, ordinal, discontinuities } = part;
  const numbers = { stream, epoch, sequence, media, ordinal, discontinuities };
  assert.deepEqual(names({ kind: 'end', ...numbers }), first);
  const facts = { codecs: 'mp4a.40.2', width: 1, height: 1, frameRate: 1, bandwidth: 1, averageBandwidth: 1 };
  assert.deepEqual(names({ kind: 'init', ...numbers, rendition, facts, targets: { part: 1, segment: 1 } }), [
    ...[...first, 'rendition', 'codecs', 'width', 'height', 'frame-rate', 'bandwidth', 'average-bandwidth'],
    ...['part-target', 'segment-target'],
  ]);
  const colours = { primaries: 9, transfer: 16, matrix: 9 };
  const init: LiveRecord = { kind: 'init', ...numbers, rendition, facts, targets: { part: 1, segment: 1 } };
  assert.deepEqual(names({ ...init, facts: { ...facts, colours } }), [...names(init), 'colours']);
  assert.throws(
    () => encodeLiveRecord({ kind: 'init', ...numbers, rendition, facts, targets: { part: 2, segment: 1 } }),
    FormatError,
  );
});

test('Words are whole words', () => {
  const record = encodeLiveRecord(part, Buffer.alloc(16));
  for (const [name, text] of [
    ['sluice', '11'],
    ['sluice', 'x1'],
    ['kind', 'parts'],
    ['kind', 'apart'],
  ] as const)
    assert.throws(() => decodeLiveRecord(consumed(withHeader(record, name, text))), FormatError, text);
});

test('Colours that no reader would take are not written', () => {
  const coloured = (colours: Colours) =>
    encoded({
      ...{ kind: 'init', ...common, rendition: 'v' },
      ...{ facts: { ...facts, colours }, targets: { part: 1, segment: 1 } },
    });
  const read = decodeLiveRecord(consumed(coloured({ primaries: 0, transfer: 99, matrix: 255 })));
  assert.ok(read?.kind === 'init');
  assert.deepEqual(read.facts.colours, { primaries: 0, transfer: 99, matrix: 255 });
  for (const code of [-1, 256, 1.5, Number.NaN])
    for (const name of ['primaries', 'transfer', 'matrix'])
      assert.throws(
        () => coloured({ primaries: 1, transfer: 1, matrix: 1, [name]: code }),
        FormatError,
        `${name} ${code}`,
      );
});

test('A complaint of codecs quotes no more than a line of them', () => {
  const long = withHeader(good.init!, 'codecs', 'x'.repeat(4000));
  assert.throws(
    () => decodeLiveRecord(consumed(long)),
    (error) => error instanceof FormatError && error.message.length < 250,
  );
});
