/** The flags that the verbs of `sluice broker` have in common. */
import { z } from 'zod';
import { defaultDataDir } from '../../broker/default-folders.ts';
import { optional, valued } from '../flags.ts';
import { choice, path, text } from '../values.ts';

const sizes = { 1: 1, 3: 3 } as const;

export const dataFlag = optional(
  'data',
  'DIR',
  path,
  "the folder of the broker's data",
  'sluice/broker in $XDG_DATA_HOME or ~/.local/share',
);

export const brokersFlag = valued(
  'brokers',
  '1|3',
  choice(['1', '3']).transform((word) => sizes[word]),
  1 as 1 | 3,
  '1',
  'nodes; 3 make a real cluster with replication factor 3 and min ISR 2',
);

/** One `NAME=VALUE` of Kafka's server.properties. */
export const serverProperties = z.array(text).transform((pairs, context) => {
  const properties: Record<string, string> = {};
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at > 0) properties[pair.slice(0, at).trim()] = pair.slice(at + 1).trim();
    else context.issues.push({ code: 'custom', message: 'is no NAME=VALUE', input: pair });
  }
  return properties;
});

/** The folders that `stop` and `status` look at. */
export function foldersOf(data: string | undefined): readonly string[] {
  return data === undefined ? [defaultDataDir(1), defaultDataDir(3)] : [data];
}
