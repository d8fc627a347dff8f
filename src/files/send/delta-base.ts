/** Which former version a file may be sent as a change of: the last one that was sent, where the topic has it and the pieces that it was cut into. */
import { FormatError } from '../../errors.ts';
import type { Kafka } from '../../kafka/contract.ts';
import { sinceOf } from '../../records/delta-parts.ts';
import { decodePieceIndex } from '../../records/piece-index.ts';
import { type FileState, sentVersionOf } from '../../records/state-record.ts';
import { readEnding } from '../state/read-ending.ts';
import type { DeltaBase } from './delta-plan.ts';
import type { Retained } from './retained.ts';

export interface DeltaBaseOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  readonly uploader: string;
  readonly retained: Retained;
}

/** Undefined where there is none, or where it will not stand on the topic for long enough. `known`: what is remembered of the path. */
export async function deltaBase(
  { kafka, topic, uploader, retained }: DeltaBaseOptions,
  path: string,
  known: FileState,
): Promise<DeltaBase | undefined> {
  const sent = sentVersionOf(known);
  // The same in both: it was sent, and is to be sent again.
  if (sent === undefined || known.sealed !== undefined) return undefined;
  if (known.state !== 'sent' && known.upload === sent.upload) return undefined;
  const { partition, first, last, size, upload, digest, of, since, stripes } = sent;
  // Of what is striped a delta would have to be striped too: it names one range of each upload.
  if (stripes !== undefined && of === undefined) return undefined;
  const own = { ...(of ?? { upload, path, partition, first, last }), size };
  if (!(await retained.stays(own))) return undefined;
  const ending = await readEnding(kafka, topic, own.partition, own.last);
  const isIt = ending?.uploader === uploader && ending.upload === own.upload && ending.path === own.path;
  if (ending === undefined || !isIt || ending.size !== size || ending.digest !== digest) return undefined;
  try {
    const value = ending.kind === 'copy' ? undefined : ending.index;
    const index = decodePieceIndex(value ?? new Uint8Array(0), size);
    if (index === undefined) return undefined;
    const base = { upload, path, size, digest };
    if (ending.kind !== 'delta') return { base, index, own };
    // What it says by offsets was written on another cluster, of which this topic is a copy: there they are right, and here others.
    if (Math.min(first, sinceOf(ending.parts)) !== (since ?? first)) return undefined;
    for (const source of ending.parts.sources) {
      if (source.partition !== own.partition || !(await retained.stays(source))) return undefined;
    }
    return { base, index, own, parts: ending.parts };
  } catch (error) {
    // An earlier run may have written what this one does not know.
    if (!(error instanceof FormatError)) throw error;
    return undefined;
  }
}
