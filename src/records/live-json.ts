/** Records of live video that are JSON keyed by stream: one shape for whoever writes them and whoever reads them. */
import type { z } from 'zod';
import { FormatError } from '../errors.ts';
import type { ConsumedRecord, NewRecord } from '../kafka/contract.ts';
import { isStreamName, streamName } from './live-names.ts';

/** A record of a shape, `v` added. Throws FormatError when it is none that a reader would take. */
export function keyedByStream(shape: z.ZodType, stream: string, value: object): NewRecord {
  const json = shaped(shape, { v: 1, ...value }, `what is to be written of stream ${stream}`);
  return { key: Buffer.from(streamName(stream)), value: Buffer.from(JSON.stringify(json)) };
}

/** The stream that a record is keyed by. Throws FormatError. */
export function streamOf(key: ConsumedRecord['key']): string {
  const stream = key === null ? '' : Buffer.from(key).toString();
  if (!isStreamName(stream)) throw new FormatError('the key is no name of a stream');
  return stream;
}

/** A record's JSON of a shape. Throws FormatError that names `what`. */
export function readJson<T>(shape: z.ZodType<T>, value: Uint8Array | null, what: string): T {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(value ?? []).toString());
  } catch (cause) {
    throw new FormatError(`${what}: not JSON`, { cause });
  }
  return shaped(shape, json, what);
}

function shaped<T>(shape: z.ZodType<T>, value: unknown, what: string): T {
  const checked = shape.safeParse(value);
  if (checked.success) return checked.data;
  throw new FormatError(`${what}: not what the format says`, { cause: checked.error });
}
