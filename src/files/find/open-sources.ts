/** The source of an upload: one place, or several of which each has a name. */
import { ConfigurationError } from '../../errors.ts';
import { pathFault } from '../../records/path.ts';
import type { Source } from '../../stores/contract.ts';
import { openSource, type SourceOptions } from '../../stores/open.ts';
import { SeveralSources } from '../../stores/several-sources.ts';
import type { UploadOptions } from '../shared/options.ts';
import { StorePatience, type StorePatienceOptions } from '../shared/store-patience.ts';
import { toldAsOne } from './told-as-one.ts';

/** The waiting for the stores of a source. */
export type Patience = Pick<StorePatience, 'endWith' | 'waited'>;

type Waiting = Omit<StorePatienceOptions, 'place' | 'on'>;

/** Throws ConfigurationError for a place that cannot be read, and for names that are no folders beside each other. */
export async function openSources(
  from: UploadOptions['from'],
  options: Omit<SourceOptions, 'patiently'>,
  waiting: Waiting,
): Promise<{ readonly source: Source; readonly patience: Patience }> {
  const onEventOf = toldAsOne(waiting.onEvent);
  const open = async (place: string) => {
    const patience = new StorePatience({ ...waiting, onEvent: onEventOf(), place, on: 'source' });
    return { source: await openSource(place, { ...options, patiently: patience.with }), patience };
  };
  if (typeof from === 'string') return open(from);
  checkNames(Object.keys(from));
  const opened = await Promise.all(
    Object.entries(from).map(async ([name, place]) => [name, await open(place)] as const),
  );
  const patiences = opened.map(([, { patience }]) => patience);
  return {
    source: new SeveralSources(new Map(opened.map(([name, { source }]) => [name, source]))),
    patience: {
      endWith: (signal) => {
        for (const patience of patiences) patience.endWith(signal);
      },
      // They wait beside each other.
      get waited() {
        return Math.max(...patiences.map(({ waited }) => waited));
      },
    },
  };
}

function checkNames(names: readonly string[]): void {
  if (names.length === 0) throw new ConfigurationError('there is no source: name one at least');
  const taken = new Set<string>();
  for (const name of names) {
    const fault = pathFault(name) ?? (name.includes('/') ? 'the name has a "/"' : undefined);
    if (fault !== undefined)
      throw new ConfigurationError(`"${name}" cannot be the name of a source: ${fault}`);
    // Many sinks make no difference between them.
    const folded = name.normalize('NFC').toLowerCase();
    if (taken.has(folded))
      throw new ConfigurationError(`two sources are called "${name}": each needs a name of its own`);
    taken.add(folded);
  }
}
