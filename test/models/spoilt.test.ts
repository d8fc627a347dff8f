/**
 * A downloader of a topic on which right records stand beside spoilt ones, ends that name another file, packs with one bad entry and chunks that
 * overlap, while retention takes what was read and what was not: what is whole arrives, and all else is a failure by its name.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NewRecord } from '../../src/kafka/contract.ts';
import { encodeAbort, packHeaders } from '../../src/records/file-record.ts';
import {
  type CraftedFile,
  craftedChunk,
  craftedChunks,
  craftedClose,
  craftedFacts,
  craftedId,
} from '../support/crafted.ts';
import { Flow, noise } from '../support/flow.ts';
import fc from '../support/properties.ts';
import { withHeader } from '../support/records.ts';
import { parameters } from './parameters.ts';

interface Piece {
  readonly record: NewRecord;
  /** No reader takes it, or all of it. */
  readonly isSpoilt?: boolean;
}

interface Made {
  readonly pieces: readonly Piece[];
  /** Those that arrive when all pieces are read. */
  readonly arrive: readonly string[];
  /** How many are kept under a name that says so. */
  readonly setAside?: number;
  /** Told as under way in the end. */
  readonly isOpen?: boolean;
}

const right = (record: NewRecord): Piece => ({ record });
const spoilt = (record: NewRecord): Piece => ({ record, isSpoilt: true });

const kinds = {
  whole: (file: CraftedFile): Made => ({
    pieces: [...craftedChunks(file), craftedClose(file)].map(right),
    arrive: [file.path],
  }),
  overlapping: (file: CraftedFile): Made => {
    const places = [0, 3, 1, 4, 2, 5].map((place) => place * 200);
    const chunks = places.map((at) => craftedChunk(file, at, Math.min(file.bytes.length, at + 330)));
    return { pieces: [...chunks, craftedClose(file)].map(right), arrive: [file.path] };
  },
  'spoilt chunk': (file: CraftedFile): Made => {
    const [first, ...rest] = craftedChunks(file);
    const pieces = [spoilt(withHeader(first!, 'size', '-1')), ...[...rest, craftedClose(file)].map(right)];
    return { pieces, arrive: [] };
  },
  'spoilt end': (file: CraftedFile): Made => {
    const end = spoilt(withHeader(craftedClose(file), 'mtime', 'never'));
    return { pieces: [...craftedChunks(file).map(right), end], arrive: [] };
  },
  'ended twice': (file: CraftedFile): Made => {
    const { pieces, arrive } = kinds.whole(file);
    return { pieces: [...pieces, spoilt(withHeader(craftedClose(file), 'mode', 'none'))], arrive };
  },
  "another one's end": (file: CraftedFile): Made => {
    const [first, ...rest] = craftedChunks(file);
    const upload = craftedId(file);
    const abort = encodeAbort({ uploader: 'shop', path: `${file.path}'`, upload, reason: 'x' });
    const pieces = [right(first!), right(abort), ...[...rest, craftedClose(file)].map(right)];
    return { pieces, arrive: [file.path] };
  },
  packed: (file: CraftedFile): Made => {
    const files = ['1', '2', '3'].map((end) => ({
      path: file.path + end,
      bytes: file.bytes.subarray(0, 100),
    }));
    const record = pack(files.map((one, at) => ({ one, changes: at === 1 ? { mode: 'rw' } : {} })));
    return { pieces: [spoilt(record)], arrive: [files[0]!.path, files[2]!.path] };
  },
  'packed under its id': (file: CraftedFile): Made => {
    const [first, ...rest] = craftedChunks(file);
    const one = { path: file.path, bytes: file.bytes.subarray(0, 40), version: 0 };
    const record = pack([{ one: { ...one, path: `${file.path}?` }, changes: { upload: craftedId(file) } }]);
    return { pieces: [first!, record, ...rest, craftedClose(file)].map(right), arrive: [file.path] };
  },
  /** Two versions, of which neither is what its digest says. */
  'turned over': (file: CraftedFile): Made => {
    const versions = [1, 2].flatMap((version) => {
      const [, ...rest] = craftedChunks({ ...file, version });
      const wrong = craftedChunk({ ...file, version }, 0, 500, noise(500));
      return [wrong, ...rest, craftedClose({ ...file, version })];
    });
    return { pieces: versions.map(right), arrive: [], setAside: 2 };
  },
  begun: (file: CraftedFile): Made => ({
    pieces: craftedChunks(file).slice(0, 1).map(right),
    arrive: [],
    isOpen: true,
  }),
} as const;

function pack(
  entries: readonly { readonly one: CraftedFile; readonly changes: Readonly<Record<string, unknown>> }[],
): NewRecord {
  const lines = entries.map(({ one, changes }) => ({
    ...{ path: one.path, upload: craftedId(one), ...craftedFacts(one), mode: '0644' },
    ...changes,
  }));
  const index = Buffer.from(`${JSON.stringify(lines)}\n`);
  return {
    headers: packHeaders('shop', lines.length, index.length),
    value: [index, ...entries.map(({ one }) => one.bytes)],
  };
}

interface Plan {
  readonly files: readonly {
    readonly kind: keyof typeof kinds;
    readonly start: number;
    readonly step: number;
  }[];
  /** Before which records the downloader runs, or retention takes all that stands there. */
  readonly events: readonly { readonly at: number; readonly do: 'run' | 'take' }[];
  /** Where its first run begins. */
  readonly from: 'beginning' | 'end';
  /** Whether all is taken in the end. */
  readonly isTaken: boolean;
}

const plans: fc.Arbitrary<Plan> = fc.record({
  files: fc.array(
    fc.record({
      kind: fc.constantFrom(...(Object.keys(kinds) as (keyof typeof kinds)[])),
      start: fc.nat(12),
      step: fc.integer({ min: 1, max: 3 }),
    }),
    { minLength: 1, maxLength: 5 },
  ),
  events: fc.array(
    fc.record({
      at: fc.nat(24),
      do: fc.oneof({ weight: 3, arbitrary: fc.constant('run' as const) }, fc.constant('take' as const)),
    }),
    { maxLength: 4 },
  ),
  from: fc.oneof({ weight: 3, arbitrary: fc.constant('beginning' as const) }, fc.constant('end' as const)),
  isTaken: fc.boolean(),
});

/** Names may have 255 bytes; what is set aside has more to say in them. */
const long = 'x'.repeat(225);

/** What takes longer waits for what will never come. */
const patience = 30_000;

async function play({ files, events, from, isTaken }: Plan): Promise<void> {
  const flow = new Flow({ maxMessageBytes: 4 * 1024 * 1024, partitions: 1 });
  await flow.append([]);
  const made = files.map(({ kind }, at) =>
    kinds[kind]({ path: at % 2 === 0 ? `${at} ${kind}` : `${at} ${long} ${kind}`, bytes: noise(1200 + at) }),
  );
  const order = made
    .flatMap(({ pieces }, file) => {
      const { start, step } = files[file]!;
      return pieces.map((piece, index) => ({ file, piece, key: start + index * step }));
    })
    .toSorted((a, b) => a.key - b.key);
  const read = new Set<number>();
  const takings: number[] = [];
  let [ended, taken, failed, runs] = [0, 0, 0, 0];

  const run = async (): Promise<number> => {
    const signal = AbortSignal.timeout(patience);
    const down = await flow.down({ signal, fromOffset: from });
    assert.ok(!signal.aborted, 'it waits, and nothing more comes');
    const lost = runs > 0 && taken > ended;
    if (lost) assert.ok(down.failed > 0, 'what retention took before it was read is no failure');
    if (runs > 0 || from === 'beginning') for (let at = Math.max(ended, taken); at < now; at++) read.add(at);
    ended = now;
    runs++;
    failed += down.failed;
    return down.open;
  };

  let now = 0;
  for (const { piece } of order) {
    for (const event of events.filter(({ at }) => at === now)) {
      if (event.do === 'run') await run();
      else if (now > taken) {
        flow.cluster.deleteRecords(flow.topic, 0, now);
        taken = now;
        takings.push(now);
      }
    }
    await flow.append([{ partition: 0, record: piece.record }]);
    now++;
  }
  const open = await run();
  const spoilts = order.filter(({ piece }, at) => piece.isSpoilt && read.has(at)).length;
  assert.ok(failed >= spoilts, `of ${spoilts} spoilt records ${failed} are failures`);
  if (!isTaken && takings.length === 0 && from === 'beginning') await flow.down({ reset: true });
  const isAside = (path: string): boolean => path.includes('.DIGEST_MISMATCH');
  const names = Object.keys(flow.received());
  const received = new Set(names.filter((path) => !isAside(path)));
  let isSure = true;
  for (const [file, { arrive, setAside = 0 }] of made.entries()) {
    const places = order.flatMap((one, at) => (one.file === file ? [at] : []));
    const isRead = places.every((at) => read.has(at));
    const isTouched = takings.some((at) => at > places[0]! && at <= places.at(-1)!);
    isSure &&= isRead && !takings.some((at) => at > places[0]!);
    const aside = names.filter((path) => isAside(path) && path.startsWith(`${file} `)).length;
    if (isRead && !isTouched) assert.equal(aside, setAside, `${aside} of file ${file} are set aside`);
    for (const path of arrive) {
      if (isRead && !isTouched) assert.ok(received.has(path), `${path} did not arrive`);
      if (!isRead && !received.has(path)) continue;
      received.delete(path);
    }
  }
  assert.deepEqual(
    [...received].filter((path) => !path.endsWith('?')),
    [],
    'these should not have arrived',
  );
  if (from === 'end' && takings.length === 0) {
    // Of a record that was refused the bytes are missing, and it is told by itself.
    const told = flow.told('failed').filter(({ path = '' }) => !path.endsWith('spoilt chunk'));
    const wrong = told.filter(({ message }) => /not on the topic any more/.test(message));
    assert.deepEqual(wrong, [], 'what stands on the topic is said to be gone');
  }
  if (isSure) assert.equal(open, made.filter(({ isOpen }) => isOpen).length, 'other uploads are open');
  if (!isTaken) return;
  flow.cluster.deleteRecords(flow.topic, 0, now);
  await run();
  assert.equal(await run(), 0, 'what nobody will end any more is still open');
}

test('Whatever stands on a topic, what is whole arrives, and what does not is a failure', async () => {
  await fc.assert(fc.asyncProperty(plans, play), parameters({ numRuns: 150, seed: 41 }));
});
