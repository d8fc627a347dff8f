/** Reading `--config FILE`: Kafka's client.properties, and the line of a property for errors. */
import { readFileSync } from 'node:fs';
import { type Node, type Pair, parseLines } from 'dot-properties';
import type { ConfigurationFile } from '../config.ts';
import { loadProperties } from '../kafka/properties.ts';

/** Reads the file. Rejects with ConfigurationError when it cannot be read. */
export async function readConfigurationFile(path: string): Promise<ConfigurationFile> {
  const properties = await loadProperties(path);
  return { path, properties, lineOf: (property) => lineOf(path, property) };
}

/** The file is only read again for an error's sake; a pipe (`<(...)`) gives its text once. */
function lineOf(path: string, property: string): number | undefined {
  try {
    return lineIn(readFileSync(path, 'utf8'), property);
  } catch {
    return undefined;
  }
}

/** The line, from 1, of the last occurrence of a property in the text of a file. */
export function lineIn(text: string, property: string): number | undefined {
  const isPair = (node: Required<Node>): node is Required<Pair> => node.type === 'PAIR';
  const pair = parseLines(text, true)
    .filter(isPair)
    .findLast(({ key }) => key === property);
  return pair === undefined ? undefined : text.slice(0, pair.range[0]).split('\n').length;
}
