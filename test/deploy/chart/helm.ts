/** The chart, as Helm renders it. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments, stringify } from 'yaml';
import { cacheFolder } from '../../../src/broker/default-folders.ts';
import { type Finished, runCommand } from '../../support/process.ts';

export const chartFolder = fileURLToPath(new URL('../../../deploy/helm/sluice', import.meta.url));
const helm = join(cacheFolder(), 'helm-3.19.0', 'helm');
/** What its templates are rendered for, unless a test says otherwise. */
const kubernetes = '1.33.0';

/** An object of Kubernetes, as far as all of them are alike. What else is in it is looked at by paths. */
export interface Manifest<Spec = unknown> {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly spec: Spec;
}

export type Values = Readonly<Record<string, unknown>>;

/** The value files in `ci`. */
export async function exampleFiles(): Promise<readonly string[]> {
  const names = await readdir(join(chartFolder, 'ci'));
  return names.filter((name) => name.endsWith('-values.yaml')).map((name) => join(chartFolder, 'ci', name));
}

export function nameOf(file: string): string {
  return basename(file, '-values.yaml');
}

/** Runs Helm on the chart with values of a file, or of a test. */
async function run(
  words: readonly string[],
  values: string | Values,
  version = kubernetes,
): Promise<Finished> {
  const common = ['--kube-version', version];
  if (typeof values === 'string') return runCommand(helm, [...words, ...common, '--values', values]);
  const folder = await mkdtemp(join(tmpdir(), 'sluice-chart-'));
  try {
    const file = join(folder, 'values.yaml');
    // As Helm reads it: there `off` is a boolean.
    await writeFile(file, stringify(values, { version: '1.1' }));
    return await runCommand(helm, [...words, ...common, '--values', file]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

export function lint(values: string | Values): Promise<Finished> {
  return run(['lint', '--strict', chartFolder], values);
}

/** The objects of a release named `live` in the namespace `media`. Throws what Helm says. */
export async function render(values: string | Values, version?: string): Promise<readonly Manifest[]> {
  const { code, stdout, stderr } = await tryRender(values, version);
  if (code !== 0) throw new Error(stderr);
  return objectsOf(stdout);
}

/** What Helm has written. Throws for what is no YAML, e.g. a key that is there twice, which Helm itself does not notice. */
export function objectsOf(text: string): readonly Manifest[] {
  return parseAllDocuments(text).flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw error;
    const manifest = document.toJS() as Manifest | null;
    return manifest === null ? [] : [manifest];
  });
}

export function tryRender(
  values: string | Values,
  version?: string,
  { release = 'live', words = [] }: { readonly release?: string; readonly words?: readonly string[] } = {},
): Promise<Finished> {
  return run(['template', release, chartFolder, '--namespace', 'media', ...words], values, version);
}
