/** Every file that anybody's uploader remembers on `T.state`. */
import { FormatError } from '../errors.ts';
import type { Kafka } from '../kafka/contract.ts';
import { decodeStateRecord, type FileState } from '../records/state-record.ts';

export interface StateEntry {
  readonly uploader: string;
  readonly path: string;
  readonly state: FileState;
  /** When it was written, milliseconds since the epoch. */
  readonly at: number;
}

/** The newest state of each file that was sent to the topic with this id; those of other topics and given up ones are left out. */
export async function readState(
  kafka: Kafka,
  stateTopic: string,
  topicId: string,
): Promise<Map<string, StateEntry>> {
  const found = new Map<string, StateEntry>();
  const from = await kafka.offsets(stateTopic, 'earliest');
  const until = await kafka.offsets(stateTopic, 'latest');
  for await (const batch of kafka.consumer({ topic: stateTopic, from, until, onGap: () => {} })) {
    for (const record of batch.records) {
      try {
        const decoded = decodeStateRecord(record);
        if (decoded.kind !== 'file') continue;
        const { uploader, path, state } = decoded;
        const key = `${uploader}/${path}`;
        if (state?.topic === topicId && state.state !== 'aborted')
          found.set(key, { uploader, path, state, at: record.timestamp });
        else found.delete(key);
      } catch (error) {
        if (!(error instanceof FormatError)) throw error;
      }
    }
    batch.release();
  }
  return found;
}
