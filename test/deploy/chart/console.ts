/** `npm run test:chart`: the console's places: a pod of its own, or within the servers for viewers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Manifest, render, tryRender, type Values } from './helm.ts';
import { type Container, workloadsOf } from './pods.ts';
import { understood } from './words.ts';

const kafka = { bootstrapServers: 'kafka:9092' };
const serve = { enabled: true };
const tokenKey = { existingSecret: 'console-key' };

const containerOf = (objects: readonly Manifest[], part: string): Container =>
  workloadsOf(objects).find(({ metadata }) => metadata.name === `live-sluice-${part}`)!.spec.template.spec
    .containers[0];
const named = (objects: readonly Manifest[]) =>
  objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`).filter((name) => name.endsWith('-console'));

test('by itself it has a Service, an address, a policy, and a volume for what is dropped', async () => {
  const ingress = { enabled: true, host: 'sluice.example.com', tlsSecret: 'tls' };
  const objects = await render({
    kafka,
    console: { enabled: true, tokenKey, ingress, spool: { enabled: true } },
  });
  const kinds = ['Deployment', 'Ingress', 'NetworkPolicy', 'PersistentVolumeClaim', 'Service'];
  assert.deepEqual(
    named(objects).sort(),
    kinds.map((kind) => `${kind} live-sluice-console`),
  );
  const { verb, settings } = understood(containerOf(objects, 'console').args, {});
  assert.equal(verb, 'console');
  assert.deepEqual(
    [settings.url, settings.consoleKey, settings.spoolFolder, settings.host],
    ['https://sluice.example.com', '/etc/sluice/console/console.key', '/spool/files', '0.0.0.0'],
  );
  const deployment = workloadsOf(objects)[0]!;
  assert.deepEqual([deployment.spec.replicas, deployment.spec.strategy?.type], [1, 'Recreate']);
  const claim = objects.find(({ kind }) => kind === 'PersistentVolumeClaim') as unknown as {
    readonly metadata: { readonly annotations: Readonly<Record<string, string>> };
  };
  assert.equal(claim.metadata.annotations['helm.sh/resource-policy'], 'keep');
});

test('within servers for viewers it has none of that, and shows what it is told to', async () => {
  const objects = await render({
    kafka,
    serve: { ...serve, ingress: { enabled: true, host: 'live.example.com' } },
    console: { enabled: true, withServe: true, topic: 'shops', tokenKey },
  });
  assert.deepEqual(named(objects), []);
  const { verb, settings } = understood(containerOf(objects, 'serve').args, {});
  assert.deepEqual(
    [verb, settings.console, settings.filesTopic, settings.topic, settings.url],
    ['serve', true, 'shops', 'live', 'http://live.example.com'],
  );
});

test('what would let anybody in, or lose what is dropped, is refused', async () => {
  const console = { enabled: true, tokenKey };
  const issuer = 'https://login.example.com';
  const table: readonly (readonly [Values, RegExp])[] = [
    [{ console: { enabled: true } }, /say who may come/],
    [{ console: { ...console, withServe: true } }, /set serve.enabled/],
    [{ serve, console: { ...console, withServe: true, spool: { enabled: true } } }, /to the same pod/],
    [
      { serve, console: { enabled: true, withServe: true, oidc: { issuer, clientId: 'a' } } },
      /by one key; set console.tokenKey/,
    ],
    [{ console: { enabled: true, oidc: { issuer } } }, /console.oidc.clientId is empty/],
    [{ console: { ...console, oidc: { roles: { ops: 'boss' } } } }, /roles/],
    [{ console: { ...console, ingress: { enabled: true } } }, /console.ingress.host is empty/],
    [{ console: { ...console, options: { 'spool-folder': '/tmp' } } }, /set console.spool/],
  ];
  for (const [values, sentence] of table) {
    const { code, stderr } = await tryRender({ kafka, ...values });
    assert.notEqual(code, 0, String(sentence));
    assert.match(stderr, sentence);
  }
});
