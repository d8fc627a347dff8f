/**
 * What a bucket tells of its changes, as AWS, MinIO, Ceph and versitygw write it ("Event message structure" of Amazon's S3 User Guide). Pure.
 */
import { pathOfKey } from '../objects/keys.ts';
import { decodedKey } from './decoded-key.ts';
import type { S3Place } from './place.ts';

/** Objects that are there since, or can be read since. What is removed is found by the next listing. */
const tells = /^(?:s3:)?Object(?:Created:|Restore:Completed)/;

/** The paths below the place that came or changed; undefined of what is no notice. */
export function noticedPaths(text: string, { bucket, prefix }: S3Place): readonly string[] | undefined {
  const records = recordsOf(text);
  if (records === undefined) return undefined;
  const paths = records.flatMap((record) => {
    const { eventName, s3 } = (record ?? {}) as Record<string, unknown>;
    const { bucket: where, object } = (s3 ?? {}) as Record<string, { name?: unknown; key?: unknown }>;
    const key = object?.key;
    if (typeof eventName !== 'string' || !tells.test(eventName) || typeof key !== 'string') return [];
    // An access point has another name than its bucket: the prefix is all that can be asked for.
    if (!bucket.startsWith('arn:') && where?.name !== bucket) return [];
    // Most encode keys, and some do not: whoever looks finds out.
    return [...new Set([decodedKey(key, 'url'), key])].flatMap((one) => {
      const path = one.startsWith(prefix) ? pathOfKey(prefix, one, 1) : undefined;
      return typeof path === 'string' ? path : [];
    });
  });
  return [...new Set(paths)];
}

function recordsOf(text: string): readonly unknown[] | undefined {
  try {
    const { Records, Event } = (JSON.parse(text) ?? {}) as Record<string, unknown>;
    if (Array.isArray(Records)) return Records;
    // AWS asks once, when it is told to send notices, whether it may.
    return Event === 's3:TestEvent' ? [] : undefined;
  } catch {
    return undefined;
  }
}
