/** `npm run test:chart`: values and names that are odd, and come all the same: rendered right, or refused in words. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Manifest, objectsOf, render, tryRender, type Values } from './helm.ts';
import { faultsOf } from './models.ts';
import { type Workload, workloadsOf } from './pods.ts';

const kafka = { bootstrapServers: 'kafka:9092' };
const serve = { enabled: true };
const files = { enabled: true, topic: 'files' };
const uploader = { ...files, source: { hostPath: '/srv' } };

async function faultless(values: Values): Promise<readonly Manifest[]> {
  const objects = await render({ kafka, ...values });
  assert.deepEqual((await Promise.all(objects.map(faultsOf))).flat(), []);
  return objects;
}

const one = (objects: readonly Manifest[], kind: string, part = ''): Manifest =>
  objects.find((object) => object.kind === kind && object.metadata.name.includes(part))!;
const text = (objects: readonly Manifest[], kind: string, part?: string): string =>
  JSON.stringify(one(objects, kind, part).spec);

test('a release may be called as Helm lets it', async () => {
  for (const release of ['a.b', 'true', 'x'.repeat(53), 'e1-3']) {
    const values = { kafka, serve, downloader: files, ingest: serve };
    const { stdout, stderr, code } = await tryRender(values, undefined, { release });
    assert.equal(code, 0, stderr);
    const objects = objectsOf(stdout);
    assert.deepEqual((await Promise.all(objects.map(faultsOf))).flat(), [], release);
  }
  const { stderr } = await tryRender({ kafka, serve }, undefined, { release: '1234' });
  assert.match(stderr, /does not begin with a letter.*set fullnameOverride/);
  const named = await tryRender({ kafka, serve, fullnameOverride: 'tills' }, undefined, { release: '1234' });
  assert.deepEqual((await Promise.all(objectsOf(named.stdout).map(faultsOf))).flat(), []);
});

test('words that YAML could take for something else stay words', async () => {
  const sink = { storageClassName: '123', size: '20' };
  const objects = await faultless({
    nameOverride: '123',
    serviceAccount: { name: 'true' },
    image: { tag: `sha256:${'0'.repeat(64)}` },
    uploader: {
      ...uploader,
      topic: '2024',
      priorityClassName: '5',
      options: { exclude: ['"a\\b\'', 'a\nb'] },
    },
    downloader: { ...files, topic: 'a_', sink },
    serve: { ...serve, ingress: { enabled: true, host: '*.example.com', tlsSecret: '1' } },
    strimzi: { topics: true, cluster: '1' },
  });
  const [upload] = workloadsOf(objects).filter(({ kind }) => kind === 'DaemonSet');
  assert.deepEqual(
    upload?.spec.template.spec.containers[0].args.filter((_, index, all) => all[index - 1] === '--exclude'),
    ['"a\\b\'', 'a\nb'],
  );
  assert.match(upload!.spec.template.spec.containers[0].image, /^sluice@sha256:0+$/);
  const topics = objects.filter(({ kind }) => kind === 'KafkaTopic').map(({ metadata }) => metadata.name);
  const ofFiles = topics.filter((name) => !name.startsWith('live'));
  assert.deepEqual(ofFiles.sort(), ['2024', '2024.reports', '2024.state', 'a', 'a.reports', 'a.state']);
});

test('labels of all, of pods and of monitors are one each', async () => {
  await faultless({
    commonLabels: { team: 'a', release: 'b' },
    serve: { ...serve, podLabels: { team: 'c' } },
    monitoring: { enabled: true, rules: true, labels: { release: 'prometheus' } },
  });
});

test('what cannot be is refused, in words', async () => {
  const strimzi = { topics: true, cluster: 'main' };
  const sink = { place: 's3://a' };
  const table: readonly (readonly [Values, RegExp])[] = [
    [{ commonLabels: { 'app.kubernetes.io/name': 'x' } }, /app.kubernetes.io\/name is the chart's own/],
    [{ serve: { ...serve, podLabels: { 'app.kubernetes.io/component': 'x' } } }, /is the chart's own/],
    [{ commonLabels: { team: 1 } }, /commonLabels\/team/],
    [{ serve: { ...serve, podAnnotations: { 'prometheus.io/port': 9464 } } }, /podAnnotations/],
    [{ fullnameOverride: 'Up_per' }, /fullnameOverride/],
    [{ kafka: { ...kafka, settings: { 'client.id': null } } }, /client\.id/],
    [{ kafka: { ...kafka, settings: { sasl: { username: 'x' } } } }, /sasl/],
    [{ serve: { ...serve, kafka: { bootstrapServer: 'x' } } }, /bootstrapServer/],
    [{ serve: { ...serve, preStopSeconds: 20 } }, /nothing of terminationGracePeriodSeconds/],
    [{ serve: { ...serve, strategy: { maxSurge: 0, maxUnavailable: '0%' } } }, /nothing can be replaced/],
    [{ uploader: { ...uploader, maxUnavailable: 0 } }, /maxUnavailable/],
    [{ serve: { ...serve, options: { 'metrics-port': 1 } } }, /is given by the chart: set metricsPort/],
    [{ downloader: { ...files, options: { to: '/x' } } }, /is given by the chart: set sink/],
    [{ serve: { ...serve, port: 9464 } }, /http and metrics are both at port 9464/],
    [
      { uploader: { ...uploader, topic: 'a_b' }, downloader: { ...files, topic: 'a-b', sink }, strimzi },
      /topics a_b and a-b would be one KafkaTopic, a-b/,
    ],
    [{ serve: { ...serve, topic: 'files' }, uploader, strimzi }, /topics files and files would be one/],
    [{ uploader: { ...uploader, topic: '__' }, strimzi }, /no KafkaTopic can be called like topic __/],
    [{ ingest: { enabled: true, rtmp: { port: 8889 }, whip: { enabled: true } } }, /rtmp and whip are both/],
  ];
  for (const [values, sentence] of table) {
    const { code, stderr } = await tryRender({ kafka, serve, ...values });
    assert.notEqual(code, 0, String(sentence));
    assert.match(stderr, sentence);
  }
});

test('policies let a part reach the ports that its own values name', async () => {
  const objects = await faultless({
    kafka: { bootstrapServers: 'a:19092, b:19093', settings: { 'sasl.mechanism': 'OAUTHBEARER' } },
    uploader,
    downloader: {
      ...files,
      group: 'fill',
      sink: { place: 's3://a' },
      options: { 's3-endpoint': 'http://minio:9000' },
      kafka: {
        bootstrapServers: 'c:29092',
        settings: { 'sasl.oauthbearer.token.endpoint.url': 'https://id:8443/x' },
      },
    },
  });
  const ports = (part: string) =>
    (one(objects, 'NetworkPolicy', part).spec as { egress: { ports: { port: number }[] }[] }).egress
      .flatMap((rule) => rule.ports.map(({ port }) => port))
      .filter((port) => port !== 53 && port !== 5353);
  assert.deepEqual(ports('uploader'), [9092, 9093, 9094, 19092, 19093]);
  assert.deepEqual(ports('downloader'), [9092, 9093, 9094, 29092, 443, 9000, 8443]);
});

test('policies let a part reach namenodes, and the datanodes to which they send', async () => {
  const places = {
    'hdfs://nn.example.com/films': [9870, 9864],
    'webhdfs://nn:50070/films': [50070, 9864],
    'swebhdfs://one:9871,two:9971,three/films': [9871, 9971, 9865],
  };
  for (const [place, wanted] of Object.entries(places)) {
    const objects = await faultless({ downloader: { ...files, sink: { place } } });
    const { egress } = one(objects, 'NetworkPolicy', 'downloader').spec as {
      egress: { ports: { port: number }[] }[];
    };
    const ports = egress.at(-1)!.ports.map(({ port }) => port);
    assert.deepEqual(ports, [443, ...wanted], place);
  }
});

test('credentials of stores are with those that have to do with one', async () => {
  const objects = await faultless({
    uploader,
    serve: { ...serve, options: { archive: 's3://a' } },
    stores: { existingSecret: 's3' },
  });
  const from = workloadsOf(objects).filter((object) => JSON.stringify(object).includes('envFrom'));
  assert.deepEqual(
    from.map(({ metadata }) => metadata.name),
    ['live-sluice-serve'],
  );
});

test('a budget holds up no drain that cannot end, and none while Kafka is away', async () => {
  const group = { ...files, group: 'fill', replicas: 2 };
  const tied = await faultless({ downloader: { ...group, sink: { existingClaim: 'inbox' } } });
  assert.equal(one(tied, 'PodDisruptionBudget'), undefined);
  const free = await faultless({ downloader: { ...group, sink: { place: 's3://a' } } });
  assert.match(text(free, 'PodDisruptionBudget'), /"unhealthyPodEvictionPolicy":"AlwaysAllow"/);
});

test('a claim that is sent is mounted read-only as a whole, unless files are moved', async () => {
  for (const readOnly of [true, false]) {
    const source = { existingClaim: 'outbox', readOnly };
    const objects = await faultless({ uploader: { ...files, kind: 'Deployment', source } });
    const { volumes } = (one(objects, 'Deployment') as Workload).spec.template.spec;
    const claim = volumes.find(({ name }) => name === 'source')?.persistentVolumeClaim;
    assert.deepEqual(claim, { claimName: 'outbox', readOnly });
  }
});

test('KEDA asks the cluster of its part, and for the figures of this release alone', async () => {
  const sink = { place: 's3://a' };
  const group = { ...files, group: 'fill', sink, kafka: { bootstrapServers: 'other:9092' } };
  const byKafka = await faultless({ downloader: { ...group, keda: { enabled: true, consumerGroup: 'c' } } });
  assert.match(text(byKafka, 'ScaledObject'), /"bootstrapServers":"other:9092"/);
  const byFigures = await faultless({
    downloader: { ...group, keda: { enabled: true } },
    serve: { ...serve, keda: { enabled: true } },
    monitoring: { enabled: true },
  });
  for (const part of ['serve', 'downloader']) {
    const [, service] = /service=\\"([^"\\]+)\\"/.exec(text(byFigures, 'ScaledObject', part)) ?? [];
    const found = byFigures.find(({ kind, metadata }) => kind === 'Service' && metadata.name === service);
    assert.equal(found?.metadata.labels['sluice/figures'], 'true', part);
  }
});

test('no two ports of a container have one number, for a patch would keep one of them', async () => {
  const whip = { enabled: true, srt: { enabled: true }, whip: { enabled: true } };
  for (const ingest of [whip, { ...whip, hostNetwork: true }]) {
    const [workload] = workloadsOf(await faultless({ ingest }));
    const numbers = workload!.spec.template.spec.containers[0].ports.map(
      ({ containerPort }) => containerPort,
    );
    assert.equal(new Set(numbers).size, numbers.length, String(numbers));
  }
});

test('a Service that nobody outside reaches has no word on outer addresses', async () => {
  const objects = await faultless({ serve: { ...serve, service: { externalTrafficPolicy: 'Local' } } });
  assert.doesNotMatch(JSON.stringify(objects), /externalTrafficPolicy/);
});

test('objects of Strimzi are of the version that the cluster has', async () => {
  const values = { kafka, serve, strimzi: { users: true, cluster: 'main' } };
  for (const [words, version] of [
    [[], 'v1beta2'],
    [['--api-versions', 'kafka.strimzi.io/v1'], 'v1'],
  ] as const) {
    const { stdout } = await tryRender(values, undefined, { words });
    assert.equal(one(objectsOf(stdout), 'KafkaUser').apiVersion, `kafka.strimzi.io/${version}`);
  }
});
