/** Hostile records of `T.state`: what uploaders remember, forged, damaged and of everybody. */
import {
  encodeFileState,
  encodeLease,
  encodeOrigin,
  encodeReady,
  statePartition,
} from '../../../src/records/state-record.ts';
import type { Stripe } from '../../../src/records/stripes.ts';
import { craftedId } from '../../support/crafted.ts';
import * as nasty from '../nasty.ts';
import type { Random } from '../random.ts';
import { type WrittenRecord, written } from './written.ts';

export const stateTopic = 'files.state';
export const statePartitions = 8;
/** In the place of the topic's id, which only the cluster knows. */
export const topicId = '@TOPIC@';
/** The uploader whose memory must stay right. */
export const real = 'real';

function draft(random: Random): WrittenRecord {
  const uploader = random.pick(['shop', 'cam', 'healthy', 'x', 'real2', '\u20ac']);
  const path = random.pick(['a', 'h/1', 'h/2', 'dir/x', '\u00e9']);
  const upload = craftedId({ path, version: random.between(1, 5) });
  const digest = `md5:${'0'.repeat(32)}`;
  const place = { partition: random.below(4), first: random.below(50), last: random.below(80) };
  const stripe = (partition: number): Stripe => [partition, place.first, place.first + random.below(50)];
  const where = random.chance(0.7) ? place : { ...place, stripes: [stripe(0), stripe(random.between(1, 9))] };
  const fingerprint = { size: 4096, mtime: '1700000000000000000', ctime: '', inode: '7' };
  const before = { upload: craftedId({ path, version: 0 }), size: 5, mtime: '0', digest, ...where };
  const record = random.pick([
    () =>
      encodeFileState(uploader, path, {
        topic: topicId,
        upload,
        state: 'sent',
        fingerprint,
        ...where,
        acked: 4096,
        digest,
      }),
    () =>
      encodeFileState(uploader, path, {
        topic: topicId,
        upload,
        state: 'sending',
        fingerprint,
        ...where,
        acked: 100,
        checksum: 'md5',
        before,
      }),
    () =>
      encodeFileState(uploader, path, {
        topic: 'other',
        upload,
        state: 'aborted',
        fingerprint,
        ...where,
        acked: 0,
      }),
    () => encodeFileState(uploader, path, null),
    () => encodeLease(uploader, { topic: topicId, owner: 'o', host: 'h', pid: 1, lasts: 30_000 }),
    () => encodeReady(uploader, { topic: topicId }),
    () => encodeOrigin({ topic: topicId, ends: [5, 5, 5, 5], cluster: 'c' }),
  ])();
  return written(
    record,
    stateTopic,
    random.chance(0.9) ? statePartition(uploader, statePartitions) : random.below(statePartitions),
  );
}

/** Names in keys: of the real uploader too, whose records may be damaged. */
const keys = [
  real,
  `${real}/`,
  `${real}/a`,
  `${real}/dir/b`,
  '/',
  '//',
  'a/../b',
  `${real}/../x`,
  '',
  '\0',
  'shop/a',
  '__proto__/a',
  '.sluice/a',
];

function broken(record: WrittenRecord, random: Random): WrittenRecord {
  const value = record.value ?? Buffer.from('{}');
  const way = random.below(10);
  if (way < 2)
    return {
      ...record,
      key: random.chance(0.2) ? random.pick(nasty.notUtf8) : Buffer.from(random.pick(keys)),
      partition: random.below(statePartitions),
    };
  if (way === 2) return { ...record, value: Buffer.from(random.pick(nasty.json)) };
  if (way < 5) return { ...record, value: nasty.mutated(value, random) };
  if (way === 5) return { ...record, headers: [['x', random.bytes(10)]] };
  const fields = [...value.toString().matchAll(/"(\w+)":("[^"]*"|-?\d+|\[[^\]]*\])/g)];
  if (fields.length === 0) return record;
  const [whole, name] = random.pick(fields);
  const other = random.chance(0.5) ? random.pick(nasty.numbers.slice(0, 24)) || '0' : random.pick(nasty.json);
  return { ...record, value: Buffer.from(value.toString().replace(whole, `"${name}":${other}`)) };
}

export function hostileState(random: Random): WrittenRecord {
  let record = draft(random);
  for (let more = random.below(3); more > 0; more -= 1) record = broken(record, random);
  return record;
}
