/** `npm run test:chart`: the chart, rendered by Helm from whole installations, and held to what Kubernetes and our own command line take. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { parse } from 'yaml';
import { tableOf, withTable } from '../../../scripts/chart-values.ts';
import { chartFolder, exampleFiles, lint, type Manifest, nameOf, render } from './helm.ts';
import { faultsOf } from './models.ts';
import { type Container, type Labels, type PodSpec, selects, type Workload, workloadsOf } from './pods.ts';
import { type Understood, understood } from './words.ts';

const read = (path: string) => readFile(new URL(`../../../${path}`, import.meta.url), 'utf8');
const { version }: { readonly version: string } = JSON.parse(await read('package.json'));

test('it is of the version that it installs', async () => {
  const chart = parse(await readFile(`${chartFolder}/Chart.yaml`, 'utf8')) as Record<string, unknown>;
  assert.deepEqual([chart.version, chart.appVersion], [version, version]);
});

test('its page has every value, as values.yaml has it', async () => {
  const { table, untold } = tableOf(await readFile(`${chartFolder}/values.yaml`, 'utf8'));
  assert.deepEqual(untold, []);
  const page = await readFile(`${chartFolder}/README.md`, 'utf8');
  assert.equal(page, withTable(page, table), 'run node scripts/chart-values.ts');
});

for (const file of await exampleFiles()) {
  const objects = await render(file);
  const named = `${nameOf(file)}:`;

  test(`${named} Helm finds nothing to say`, async () => {
    const { code, stdout, stderr } = await lint(file);
    assert.equal(code, 0, stdout + stderr);
  });

  test(`${named} every object is as its schema says, and there once`, async () => {
    assert.deepEqual((await Promise.all(objects.map(faultsOf))).flat(), []);
    const names = objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace} ${metadata.name}`);
    assert.equal(new Set(names).size, names.length, names.join('\n'));
    assert.ok(!objects.some(({ kind }) => kind === 'Secret'), 'secrets are those that are there');
  });

  test(`${named} every container's words and variables are understood`, () => {
    for (const workload of workloadsOf(objects)) expectUnderstood(workload);
  });

  test(`${named} pods may do nothing that they need not`, () => {
    for (const { spec } of workloadsOf(objects)) expectHarmless(spec.template.spec);
  });

  test(`${named} what selects pods selects those that it means`, () => expectSelections(objects));
  test(`${named} ports are those that containers open, and probes ask them`, () => expectPorts(objects));
}

test('a schema that is not kept is told', async () => {
  const [object] = await render((await exampleFiles())[0]!);
  const pod = (port: unknown) => ({
    ...object!,
    apiVersion: 'v1',
    kind: 'Pod',
    spec: { containers: [{ name: 'a', ports: [{ containerPort: port }] }] },
  });
  assert.deepEqual(await faultsOf(pod(1)), []);
  assert.match(String(await faultsOf(pod('1'))), /containerPort/);
});

function expectUnderstood({ kind, spec, metadata }: Workload): void {
  const pod = spec.template.spec;
  const [container] = pod.containers;
  const { verb, settings } = wordsOf(container);
  assert.equal(`${verb}`, { uploader: 'upload', downloader: 'download' }[container.name] ?? container.name);
  assert.equal(settings.metricsPort, portOf(container, 'metrics'));
  assert.equal(settings.metricsHost, '0.0.0.0');
  const image = container.name === 'ingest' ? `sluice:${version}-ffmpeg` : `sluice:${version}`;
  assert.equal(container.image, image);
  // Files that words name are mounted, or they would end every start.
  const claims = (spec.volumeClaimTemplates ?? []).map((claim) => claim.metadata.name);
  const volumes = [...pod.volumes.map(({ name }) => name), ...claims];
  for (const { name } of container.volumeMounts)
    assert.ok(volumes.includes(name), `${metadata.name}: ${name}`);
  for (const word of container.args.flatMap((arg) => arg.split('=').slice(-1))) {
    if (!word.startsWith('/')) continue;
    const isMounted = container.volumeMounts.some(
      ({ mountPath }) => word === mountPath || word.startsWith(`${mountPath}/`),
    );
    assert.ok(isMounted, `${metadata.name} (${kind}): nothing is mounted at ${word}`);
  }
}

function wordsOf({ args, env = [] }: Container): Understood {
  const environment = Object.fromEntries(env.map(({ name, value }) => [name, value ?? 'x']));
  return understood(args, environment);
}

function portOf({ ports }: Container, name: string): number | undefined {
  return ports.find((port) => port.name === name)?.containerPort;
}

function expectHarmless(pod: PodSpec): void {
  const [{ securityContext, volumeMounts }] = pod.containers;
  assert.deepEqual(securityContext, {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  });
  const { runAsNonRoot, runAsUser, seccompProfile } = pod.securityContext;
  assert.deepEqual([runAsNonRoot, runAsUser, seccompProfile], [true, 10001, { type: 'RuntimeDefault' }]);
  assert.equal(pod.automountServiceAccountToken, false);
  assert.equal(pod.enableServiceLinks, false);
  assert.ok(volumeMounts.some(({ mountPath }) => mountPath === '/tmp'));
}

/** Objects with what they select: by `spec.selector.matchLabels`, or a Service's own form. */
function expectSelections(objects: readonly Manifest[]): void {
  const workloads = workloadsOf(objects);
  const services = objects.filter(({ kind }) => kind === 'Service');
  const podsOf = (selector: Labels) =>
    workloads.filter(({ spec }) => selects(selector, spec.template.metadata.labels));
  for (const object of objects) {
    const part = object.metadata.labels['app.kubernetes.io/component'];
    const spec = object.spec as Readonly<Record<string, unknown>> | undefined;
    const where = `${object.kind} ${object.metadata.name}`;
    const one = (selector: Labels): void =>
      assert.deepEqual(
        podsOf(selector).map(({ metadata }) => metadata.labels['app.kubernetes.io/component']),
        [part],
        where,
      );
    const { matchLabels } = (spec?.selector ?? {}) as { readonly matchLabels?: Labels };
    if (object.kind === 'Service') one(spec?.selector as Labels);
    else if (object.kind === 'NetworkPolicy') one((spec!.podSelector as { matchLabels: Labels }).matchLabels);
    else if (object.kind === 'ServiceMonitor') {
      const found = services.filter(({ metadata }) => selects(matchLabels!, metadata.labels));
      assert.equal(found.length, 1, where);
      assert.equal(found[0]?.metadata.labels['app.kubernetes.io/component'], part, where);
    } else if (matchLabels !== undefined) one(matchLabels);
    const target = spec?.scaleTargetRef as { readonly kind: string; readonly name: string } | undefined;
    if (target === undefined) continue;
    const scaled = workloads.find(
      ({ kind, metadata }) => kind === target.kind && metadata.name === target.name,
    );
    assert.equal(scaled?.metadata.labels['app.kubernetes.io/component'], part, where);
    // Who sets the number of replicas is alone in that.
    assert.equal(scaled?.spec.replicas, undefined, where);
  }
}

interface NamedPort {
  readonly port: string | number;
  readonly targetPort?: string | number;
  readonly protocol?: string;
}

function expectPorts(objects: readonly Manifest[]): void {
  const containers = new Map(
    workloadsOf(objects).map(({ spec }) => [spec.template.spec.containers[0].name, spec]),
  );
  for (const { template } of containers.values()) {
    const [container] = template.spec.containers;
    for (const [probe, path] of [
      [container.startupProbe, '/livez'],
      [container.livenessProbe, '/livez'],
      [container.readinessProbe, '/readyz'],
    ] as const)
      assert.deepEqual(probe.httpGet, { path, port: 'metrics' });
    const names = container.ports.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    expectOpened(container);
  }
  for (const object of objects) {
    const container = containers.get(object.metadata.labels['app.kubernetes.io/component'] ?? '')?.template
      .spec.containers[0];
    const named = namedPortsOf(object);
    for (const { port, targetPort, protocol = 'TCP' } of named) {
      const name = targetPort ?? port;
      if (typeof name === 'number') {
        // Media of WHIP: the one port that is not named.
        assert.deepEqual([protocol, wordsOf(container!).settings.whipPort], ['UDP', name]);
        continue;
      }
      const found = container?.ports.find((one) => one.name === name);
      assert.equal(found?.protocol, protocol, `${object.kind} ${object.metadata.name}: ${name}`);
    }
  }
}

/** Ports of a container are those that its words open. */
function expectOpened(container: Container): void {
  const { settings } = wordsOf(container);
  const flags: Readonly<Record<string, string>> = { http: 'port' };
  for (const { name, containerPort } of container.ports)
    assert.equal(settings[flags[name] ?? `${name}Port`], containerPort, `${container.name}: ${name}`);
}

/** Ports that an object names of pods. */
function namedPortsOf({ kind, spec }: Manifest): readonly NamedPort[] {
  const has = spec as {
    readonly ports: readonly NamedPort[];
    readonly ingress: readonly { readonly ports: readonly NamedPort[] }[];
    readonly endpoints?: readonly NamedPort[];
    readonly podMetricsEndpoints?: readonly NamedPort[];
  };
  if (kind === 'Service') return has.ports;
  if (kind === 'NetworkPolicy') return has.ingress.flatMap(({ ports }) => ports);
  if (/^(?:Pod|Service)Monitor$/.test(kind)) return has.endpoints ?? has.podMetricsEndpoints ?? [];
  return [];
}
