/** Hostile records of the topics that a console follows: reports of strangers, claims and segments of streams, and what uploaders remember. */
import { encodeClaim } from '../../../src/records/live-claim.ts';
import { encodeIndexEntry } from '../../../src/records/live-index.ts';
import {
  encodeReport,
  type Report,
  type ReportKind,
  reportKinds,
} from '../../../src/records/report-record.ts';
import { craftedId } from '../../support/crafted.ts';
import * as nasty from '../nasty.ts';
import type { Random } from '../random.ts';
import { hostileState } from '../records/state-drafts.ts';
import { type WrittenRecord, written } from '../records/written.ts';

export const [topic, liveTopic] = ['files', 'live'] as const;
/** Whose rows must be as if nobody else wrote anything. */
export const [goodRun, goodStream] = ['real', 'good'] as const;

const names = [
  'shop',
  'cam',
  'constructor',
  'toString',
  '__proto__',
  'sluice-office-0123456789abcdef',
  '\u20ac',
  'x',
];
const large = [0, 1, 7, 1000, 2 ** 31, 2 ** 32, 2 ** 40, 2 ** 53 - 2, 1e15];

function report(random: Random): WrittenRecord {
  const kind: ReportKind = random.pick(reportKinds);
  const name = random.pick(names);
  const number = () => random.pick(large);
  const failure = () => ({
    path: `${random.pick(['shop', goodRun, 'x'])}/${random.pick(['a', 'h/1', 'constructor', '\u202egnp'])}`,
    ...{ state: random.pick(['failed', 'parked'] as const), reason: random.pick(nasty.names), at: number() },
    upload: random.pick([craftedId({ path: 'a', version: 1 }), 'f'.repeat(64), '']),
  });
  const stream = () => ({
    ...{ bitRate: number(), delay: number(), restarts: number(), viewers: number() },
    ...{ renditions: ['a', 'b'], faults: [random.pick(nasty.names)] },
  });
  const value: Report = {
    ...{ name, state: random.pick(['running', 'ended'] as const), lasts: number(), started: number() },
    waiting: random.pick(nasty.names),
    files: { done: number(), bytes: number(), rate: number(), open: number(), openBytes: number() },
    failures: Array.from({ length: random.small(30) }, failure),
    streams: Object.fromEntries([...names.slice(0, 4), goodStream].map((id) => [id, stream()])),
    url: random.pick(['https://evil.example', 'http://', 'http://a b', 'https://x/#']),
  };
  const instance = random.chance(0.5) ? String(random.below(50)) : undefined;
  const record = encodeReport({ kind, name, instance }, random.chance(0.1) ? null : value);
  const of = kind === 'uploader' || kind === 'downloader' ? topic : liveTopic;
  return written(record, `${of}.reports`, 0);
}

function claim(random: Random): WrittenRecord {
  const stream = random.pick(['cam', 'constructor', 'toString', 'x', `s${random.below(30)}`]);
  const number = () => random.pick(large);
  const targets = { part: 1 + random.below(9), segment: number() + 1 };
  const numbers = { epoch: number(), lasts: number() + 1, partition: 0, began: number(), media: number() };
  const record = encodeClaim({
    ...{ stream, state: random.pick(['live', 'ended'] as const), owner: 'o', host: 'h' },
    ...{ ...numbers, targets, discontinuities: number(), offset: number() },
  });
  return written(record, `${liveTopic}.streams`, 0);
}

function segment(random: Random): WrittenRecord {
  const number = () => random.pick(large);
  const record = encodeIndexEntry({
    ...{ kind: 'segment', stream: random.pick(['cam', 'toString', 'x', `s${random.below(30)}`]) },
    ...{ epoch: number(), media: number(), discontinuities: number(), captured: number(), gap: false },
    ...{ discontinuity: false, timescale: number() + 1, time: number(), duration: number(), ordinal: 0 },
    ...{ parts: 1, first: -1, next: -1, sizes: { a: number(), constructor: number() } },
  } as never);
  return written(record, `${liveTopic}.index`, 0);
}

/** What an uploader remembers, with numbers that nothing has. */
function impossible(random: Random): WrittenRecord {
  const record = hostileState(random);
  const value = (record.value ?? Buffer.from('null'))
    .toString('latin1')
    .replace(/"(partition|first|last|acked|size)":\d+/g, (whole, name) =>
      random.chance(0.5) ? `"${name}":${random.pick(large)}` : whole,
    );
  return { ...record, value: Buffer.from(value, 'latin1') };
}

/** A field is another, or the text is broken. */
function broken(record: WrittenRecord, random: Random): WrittenRecord {
  const value = record.value ?? Buffer.from('{}');
  const way = random.below(8);
  if (way === 0)
    return { ...record, key: Buffer.from(`${random.pick(reportKinds)}/${random.pick(nasty.names)}`) };
  if (way === 1) return { ...record, value: nasty.mutated(value, random) };
  if (way === 2) return { ...record, value: Buffer.from(random.pick(nasty.json)) };
  const fields = [...value.toString().matchAll(/"(\w+)":("[^"]*"|-?\d+|\[[^\]]*\])/g)];
  if (fields.length === 0) return record;
  const [whole, name] = random.pick(fields);
  const other = random.pick([
    '1e308',
    '-1',
    '9007199254740993',
    '4294967296',
    '1.5',
    '"__proto__"',
    ...nasty.json,
  ]);
  return { ...record, value: Buffer.from(value.toString().replace(whole, `"${name}":${other}`)) };
}

/** None of those that are judged: who writes in their names is one of them. */
export function hostileRecord(random: Random): WrittenRecord {
  for (;;) {
    let record = random.pick([report, report, report, claim, segment, hostileState, impossible])(random);
    for (let more = random.small(3); more > 0; more -= 1) record = broken(record, random);
    const key = record.key?.toString() ?? '';
    if (!key.split('/').includes(goodRun) && !key.split('/').includes(goodStream)) return record;
  }
}
