/** `npm run test:chart`: what Kubernetes lets nobody change of what runs stays as it was, or an upgrade fails: `lasting.yaml`, by release. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { parse, stringify } from 'yaml';
import { exampleFiles, nameOf, render } from './helm.ts';
import { type Workload, workloadsOf } from './pods.ts';

const file = new URL('lasting.yaml', import.meta.url);

/** Of a workload what an upgrade must not touch. */
function lastingOf({ spec }: Workload): Readonly<Record<string, unknown>> {
  const { selector, serviceName, volumeClaimTemplates } = spec;
  const { podManagementPolicy } = spec as { readonly podManagementPolicy?: string };
  const all = { selector: selector.matchLabels, serviceName, podManagementPolicy, volumeClaimTemplates };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

async function lasting(): Promise<Readonly<Record<string, unknown>>> {
  const found: Record<string, Readonly<Record<string, unknown>>> = {};
  for (const example of await exampleFiles()) {
    const workloads = workloadsOf(await render(example));
    found[nameOf(example)] = Object.fromEntries(
      workloads.map((object) => [`${object.kind} ${object.metadata.name}`, lastingOf(object)]),
    );
  }
  return found;
}

test('selectors, services and claims of what runs are those of the releases before', async () => {
  const found = await lasting();
  // An example that is new is written down; one that is there is never changed.
  if (process.env.SLUICE_WRITE_LASTING === '1') await writeFile(file, stringify(found));
  assert.deepEqual(found, parse(await readFile(file, 'utf8')));
});
