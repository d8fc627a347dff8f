/** `npm run test:chart`: what docs/kubernetes.md shows is rendered, and understood. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { parse } from 'yaml';
import { render, type Values } from './helm.ts';
import { faultsOf } from './models.ts';
import { type Container, workloadsOf } from './pods.ts';
import { understood } from './words.ts';

const page = await readFile(new URL('../../../docs/kubernetes.md', import.meta.url), 'utf8');
const blocks = [...page.matchAll(/^```yaml\n# (\w+): ([^\n]*)\n([\s\S]*?)^```/gm)].map(
  ([, kind = '', name = '', text = '']) => ({ kind, name, value: parse(text) as Values }),
);

test('each values file of the page is an installation', async () => {
  const files = blocks.filter(({ kind }) => kind === 'values');
  assert.equal(files.length, 4);
  for (const { name, value } of files) {
    const objects = await render(value);
    assert.ok(workloadsOf(objects).length > 0, name);
    assert.deepEqual((await Promise.all(objects.map(faultsOf))).flat(), [], name);
    for (const { spec } of workloadsOf(objects)) expectUnderstood(spec.template.spec.containers[0]);
  }
});

test('the container beside an application is one', async () => {
  const sidecar = blocks.find(({ kind }) => kind === 'sidecar')?.value as {
    readonly initContainers: readonly [Container];
  };
  expectUnderstood(sidecar.initContainers[0]);
  const names = sidecar.initContainers[0].volumeMounts.map(({ name }) => name);
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'app', labels: {} },
    spec: {
      ...sidecar,
      containers: [{ name: 'app', image: 'app' }],
      volumes: names.map((name) => ({ name, emptyDir: {} })),
    },
  };
  assert.deepEqual(await faultsOf(pod), []);
});

function expectUnderstood({ args, env = [] }: Container): void {
  understood(args, Object.fromEntries(env.map(({ name, value }) => [name, value ?? 'x'])));
}
