/** The rules that the source keeps, each as a function from facts to its offences. Pure. */
import { posix } from 'node:path';
import type { SourceFacts } from './source.ts';

/** The way of the data: an import may point to a later row, or stay within its own. */
const rows = [
  'cli',
  'demo',
  'console',
  'plan',
  'schemas',
  'delivery',
  'relay',
  'live',
  'files',
  'stores',
  'reports',
  'records',
  'kafka',
  'broker',
  'figures',
  'tracing',
];
/** Usable by all, and using nothing but each other. */
const foundations = [
  'config',
  'certificate-codes',
  'child',
  'crash-points',
  'errors',
  'folder',
  'log',
  'listen-fault',
  'machine',
  'metrics',
  'optional-package',
  'printable',
  'quantities',
  'secrets',
  'thread',
  'version',
].map((name) => `src/${name}.ts`);
const foundationTests = foundations.map((path) => path.replace(/\.ts$/, '.test.ts'));
const face = 'src/index.ts';

/** A row's number; undefined outside of the rows. */
function rowOf(path: string): number | undefined {
  if (foundations.includes(path) || foundationTests.includes(path)) return rows.length;
  const folder = /^src\/([^/]+)\//.exec(path)?.[1];
  const row = rows.indexOf(folder ?? '');
  return row === -1 ? undefined : row;
}

function isAllowed(from: string, to: string): boolean {
  const edge = ['cli', 'demo'].map((name) => rows.indexOf(name));
  const [source, target] = [rowOf(from), rowOf(to)];
  if (to.startsWith('test/')) return from.endsWith('.test.ts');
  // Made of the source, and of the package: docs/adr/0341-schemas-are-made-of-types.md.
  if (to === 'schemas/all.json') return from === 'src/schemas/load.ts';
  // The face stands before all rows but the command line and the demo, and the demo is made of it. A verb imports its own part
  // instead, for whoever starts an uploader should not wait for a web server (start.test.ts).
  if (from === face) return target !== undefined && !edge.includes(target);
  if (to === face) return source === rows.indexOf('demo');
  return source !== undefined && target !== undefined && source <= target;
}

/** Imports within `src` that do not follow the way of the data. */
export function wrongDirections(files: readonly SourceFacts[]): string[] {
  return files
    .filter(({ path }) => path.startsWith('src/'))
    .flatMap(({ path, imports }) =>
      imports
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => posix.join(posix.dirname(path), specifier))
        .filter((target) => !isAllowed(path, target))
        .map((target) => `${path} must not import ${target}`),
    );
}

/** The Kafka library is known to `src/kafka` alone (and to the tests' own administrator and witnesses). */
export function strayKafkaLibrary(files: readonly SourceFacts[]): string[] {
  return files
    .filter(({ path }) => path.startsWith('src/') && !path.startsWith('src/kafka/'))
    .filter(({ imports }) => imports.some((specifier) => specifier.startsWith('@platformatic/kafka')))
    .map(({ path }) => `${path} must not import the Kafka library; only src/kafka may`);
}

/** Printing, reading the command line and ending the process belong to the command line and the demo. */
export function strayTerminalUse(files: readonly SourceFacts[]): string[] {
  const reserved = /^(?:console\..*|process\.(?:argv|exit|exitCode|stdin|stdout|stderr))$/;
  return files
    .filter(({ path }) => path.startsWith('src/') && !/^src\/(?:cli|demo)\//.test(path))
    .flatMap(({ path, globals }) =>
      globals
        .filter((name) => reserved.test(name))
        .map((name) => `${path} must not use ${name}; only src/cli and src/demo may`),
    );
}

/** No file is longer than this. */
export const longestFile = 300;

export function tooLong(files: readonly SourceFacts[]): string[] {
  return files
    .filter(({ lines }) => lines > longestFile)
    .map(({ path, lines }) => `${path} has ${lines} lines; the limit is ${longestFile}`);
}
