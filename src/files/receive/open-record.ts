/** A record as it comes: read, and opened where it is encrypted and a key of ours does that. */
import type { ConsumedRecord } from '../../kafka/contract.ts';
import type { FileRecord } from '../../records/file-record.ts';
import type { SealedRecord } from '../../records/sealed-form.ts';
import { isStriped } from '../../records/stripes.ts';
import { decodeTopicRecord } from '../../records/topic-record.ts';
import type { IncomingUploads } from '../incoming/incoming-uploads.ts';
import type { ReceiveContext } from '../incoming/receive-context.ts';
import type { Keyring } from '../shared/keyring.ts';
import { ExpandedBytes } from './expanded-bytes.ts';
import type { LockedRecords } from './locked-records.ts';
import type { RecordPlace } from './refused-record.ts';

/** What records of many have. */
const ofMany: { readonly [K in SealedRecord['of']]?: string } = {
  pack: 'small file',
  remove: 'removed name',
  link: 'symbolic link',
  folder: 'folder',
  'hard-link': 'hard link',
};

export class RecordOpener {
  readonly #context: ReceiveContext;
  readonly #uploads: IncomingUploads;
  readonly #keyring: Keyring;
  readonly #locked: LockedRecords;
  readonly #expanded = new ExpandedBytes();

  constructor(context: ReceiveContext, uploads: IncomingUploads, keyring: Keyring, locked: LockedRecords) {
    this.#context = context;
    this.#uploads = uploads;
    this.#keyring = keyring;
    this.#locked = locked;
  }

  /** Undefined for what is not ours, or stays shut: that is told, and remembered. At once for what stands in clear. Throws, or rejects with, FormatError. */
  open(record: ConsumedRecord, place: RecordPlace): FileRecord | undefined | Promise<FileRecord | undefined> {
    // One member has all of it: who meets the closing record, which says where the chunks stand.
    if (this.#context.isMember && isStriped(record)) return undefined;
    const decoded = decodeTopicRecord(record);
    return decoded?.kind === 'sealed' ? this.#openSealed(decoded, place) : decoded;
  }

  /** What a record was expanded to is held until the work that it began is through. */
  hold<W extends { readonly finished: Promise<void> }>(
    opened: FileRecord,
    record: ConsumedRecord,
    work: W,
  ): W {
    this.#expanded.hold(opened, record, work.finished);
    return work;
  }

  async #openSealed(sealed: SealedRecord, place: RecordPlace): Promise<FileRecord | undefined> {
    await this.#expanded.room;
    const opened = await this.#keyring.open(sealed);
    if (opened === undefined) await this.#tellLocked(sealed, place);
    return opened;
  }

  async #tellLocked(sealed: SealedRecord, place: RecordPlace): Promise<void> {
    const { of, uploader, path, upload, files } = sealed;
    // There is nothing that it could end.
    if (of === 'abort') return;
    const why = `encrypted, and ${this.#keyring.whyLocked}`;
    const one = ofMany[of];
    if (one !== undefined) {
      this.#locked.note(place.partition, place.offset);
      const many = files === 1 ? one : `${one}s`;
      return this.#context.tellRefused(place, `a record of ${files} ${many} is ${why}`, {
        uploader,
        path: undefined,
      });
    }
    const ref = { uploader, path, upload };
    const target = this.#uploads.targetOf(ref);
    if (target === undefined) return;
    if (this.#uploads.hasEnded(upload)) return this.#locked.note(place.partition, place.offset);
    const standing = await this.#context.recorded(target, upload);
    // Found by its name, where that stands in clear.
    if (standing === 'same' || standing === 'newer') return;
    this.#locked.note(place.partition, place.offset);
    if (this.#uploads.end(upload)) this.#context.tellFailed(ref, 'no-key', `it is ${why}`);
  }
}
