/** A record of a files topic as a reader meets it: in clear, encrypted, or not ours. */
import type { ConsumedRecord } from '../kafka/contract.ts';
import { decodeFileRecord, type FileRecord } from './file-record.ts';
import { decodeSealed } from './open-sealed.ts';
import { type SealedRecord, sealedVersion } from './sealed-form.ts';

const sealed = Buffer.from(sealedVersion);

/** Undefined for records that are not Sluice's. Throws FormatError for what is not as FORMAT.md says. */
export function decodeTopicRecord(record: ConsumedRecord): FileRecord | SealedRecord | undefined {
  return isSealed(record) ? decodeSealed(record) : decodeFileRecord(record);
}

/** True for a record that says to be encrypted. */
export function isSealed({ headers }: Pick<ConsumedRecord, 'headers'>): boolean {
  const version = headers.find(([name]) => name === 'sluice')?.[1];
  return version !== undefined && sealed.equals(version);
}
