/** What `--archive` says: the place of a stream's export, or of each stream's by its name. Pure. */
import { ConfigurationError } from '../../errors.ts';
import { withoutSecrets } from '../../secrets.ts';
import { type Place, parsePlace } from '../../stores/place.ts';

/** Stands for the name of a stream. */
const named = '{stream}';

export interface ArchivePlace {
  /** As it was written. */
  readonly written: string;
  /** For people. */
  readonly shown: string;
  readonly isDisk: boolean;
}

/** Throws ConfigurationError for a place that is of no store, or whose streams would be in stores of their own. */
export function parseArchivePlace(written: string): ArchivePlace {
  const [one, other] = ['a-stream', 'another'].map((stream) => parsePlace(written.replaceAll(named, stream)));
  if (storeOf(one!) !== storeOf(other!))
    throw new ConfigurationError(
      `"${withoutSecrets(written)}" names a store by ${named}: all streams are to be in one, write ${named} behind its name`,
    );
  return { written, shown: withoutSecrets(written), isDisk: one!.store === 'disk' };
}

/** Where a stream's export is. A stream's name is one name of a folder, and leads nowhere else. Throws ConfigurationError where a store has no such names. */
export function placeFor({ written }: ArchivePlace, stream: string): Place {
  return parsePlace(written.replaceAll(named, stream));
}

function storeOf(place: Place): string {
  if (place.store === 'disk') return 'disk';
  return JSON.stringify({ ...place, prefix: '', url: '' });
}
