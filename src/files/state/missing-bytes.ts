/** Which bytes of incomplete versions are missing, of those that `T.state` tells of. */
import type { Kafka } from '../../kafka/contract.ts';
import type { UploadRef } from '../../records/file-record.ts';
import type { Stripe } from '../../records/stripes.ts';
import type { ByteRange } from '../../stores/contract.ts';
import type { Keyring } from '../shared/keyring.ts';
import type { ListedFile } from '../shared/reading-options.ts';
import type { Held, MaybePlaced } from './listed-state.ts';
import { readVersions } from './read-versions.ts';
import type { RecordsOf } from './standing-records.ts';

/** Where there may be records with bytes of a version, as far as the topic has them: `[from, until)`, or nothing. Those of a copy are another's. */
function spansOf({ earliest, latest }: Held, { of, stripes = [], ...own }: RecordsOf): Span[] {
  const { partition, first, last, since = first }: RecordsOf = of ?? own;
  const main: Stripe = [partition, Math.min(first, since), last];
  const places = of === undefined ? [main, ...stripes] : [main];
  return places.flatMap(([where, first, last]): Span[] => {
    const from = Math.max(first, earliest.get(where) ?? 0);
    const until = Math.min(last + 1, latest.get(where) ?? 0);
    return from < until ? [[where, from, until]] : [];
  });
}
type Span = readonly [partition: number, from: number, until: number];

/** True for a version of which the topic may have a part, so that only its records tell what is missing. */
export function isHalf({ state, locked, place }: MaybePlaced, held: Held): boolean {
  return state === 'incomplete' && !locked && place !== undefined && spansOf(held, place).length > 0;
}

/** Whose records have the bytes. */
function withBytes({ uploader, path, upload, place }: MaybePlaced): UploadRef {
  return { uploader, ...(place?.of ?? { path, upload }) };
}

const nameOf = ({ uploader, upload }: Pick<ListedFile, 'uploader' | 'upload'>): string =>
  `${uploader} ${upload}`;

export class MissingBytes {
  readonly #held: Held;
  readonly #found: ReadonlyMap<string, readonly ByteRange[]>;

  private constructor(held: Held, found: ReadonlyMap<string, readonly ByteRange[]>) {
    this.#held = held;
    this.#found = found;
  }

  /** Reads what the topic has of these versions, and of it no more than lies between their first and last records. */
  static async read(
    kafka: Kafka,
    topic: string,
    halves: readonly MaybePlaced[],
    held: Held,
    keyring: Keyring,
  ): Promise<MissingBytes> {
    const [from, until] = [new Map<number, number>(), new Map<number, number>()];
    for (const { place } of halves) {
      if (place === undefined) continue;
      for (const [partition, begin, end] of spansOf(held, place)) {
        from.set(partition, Math.min(begin, from.get(partition) ?? begin));
        until.set(partition, Math.max(end, until.get(partition) ?? end));
      }
    }
    if (from.size === 0) return new MissingBytes(held, new Map());
    const paths = new Set(halves.map(withBytes).map(({ uploader, path }) => `${uploader}/${path}`));
    const isWanted = (uploader: string, path: string): boolean => paths.has(`${uploader}/${path}`);
    const { versions } = await readVersions(kafka, topic, isWanted, keyring, { from, until });
    const sizes = new Map(halves.map((half) => [nameOf(withBytes(half)), half.size]));
    const found = versions.map((version) => {
      const name = nameOf(version);
      return [name, version.ranges.missing(0, sizes.get(name) ?? version.size)] as const;
    });
    return new MissingBytes(held, new Map(found));
  }

  /** The file as it is listed: all of its bytes are missing where the topic has no record of it any more. */
  of(placed: MaybePlaced): ListedFile {
    const { place, ...file } = placed;
    if (place === undefined || file.state !== 'incomplete' || file.locked) return file;
    if (spansOf(this.#held, place).length === 0)
      return { ...file, missing: file.size === 0 ? [] : [[0, file.size]] };
    const missing = this.#found.get(nameOf(withBytes(placed)));
    return missing === undefined ? file : { ...file, missing };
  }
}
