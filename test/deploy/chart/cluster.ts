/** `npm run test:chart`: what the chart says of Kafka and of alerts is what the rest of the repository says. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { parse } from 'yaml';
import { openTopics } from '../../../src/files/shared/topics.ts';
import { createKafka } from '../../../src/kafka/client.ts';
import { openKeysTopic, openLiveTopics } from '../../../src/live/topics.ts';
import { openReportsTopic } from '../../../src/reports/topic.ts';
import { type Right, type Role, rightsOf } from '../../security/acls/rights.ts';
import { testBroker } from '../../support/broker.ts';
import { knownFigures } from '../known-figures.ts';
import { type Manifest, render, tryRender, type Values } from './helm.ts';
import { workloadsOf } from './pods.ts';

const all: Values = {
  kafka: { bootstrapServers: 'kafka:9092' },
  uploader: { enabled: true, topic: 'files', source: { hostPath: '/srv' } },
  downloader: { enabled: true, topic: 'files' },
  serve: { enabled: true },
  ingest: { enabled: true },
  monitoring: { enabled: true, rules: true },
  strimzi: { topics: true, users: true, cluster: 'main' },
};
const objects = await render(all);
const ofKind = (kind: string, from: readonly Manifest[] = objects) =>
  from.filter((object) => object.kind === kind);

interface Acl {
  readonly resource: { readonly type: string; readonly name: string; readonly patternType: string };
  readonly operations: readonly string[];
}

function granted(user: Manifest | undefined): string[] {
  const { acls } = (user!.spec as { authorization: { acls: readonly Acl[] } }).authorization;
  return acls
    .flatMap(({ resource, operations }) =>
      operations.map((one) => `${one} ${resource.type} ${resource.name} ${resource.patternType}`),
    )
    .sort();
}

test('users have the rights that docs/acls.md says, and no others', async () => {
  const roles: readonly (readonly [part: string, roles: readonly Role[]])[] = [
    ['uploader', ['Uploader']],
    ['downloader', ['Downloader']],
    ['serve', ['Server']],
    ['ingest', ['Publisher', 'Ingest']],
  ];
  const more = await render({ ...all, strimzi: { ...(all.strimzi as Values), optionalRights: true } });
  for (const [isAll, from] of [
    [false, objects],
    [true, more],
  ] as const) {
    const users = ofKind('KafkaUser', from);
    assert.equal(users.length, roles.length);
    for (const [part, of] of roles) expectRights(users, part, wordsOf(of.flatMap(rightsOf), isAll));
  }
});

/** Rights as words: those that are needed, or all. */
function wordsOf(rights: readonly Right[], isAll: boolean): string[] {
  return rights
    .filter(({ isNeeded }) => isNeeded || isAll)
    .map(({ operation, kind, name, isPrefix }) =>
      [operation, kind.toLowerCase(), name, isPrefix ? 'prefix' : 'literal'].join(' '),
    );
}

function expectRights(users: readonly Manifest[], part: string, wanted: readonly string[]): void {
  const user = users.find(({ metadata }) => metadata.name === `live-sluice-${part}`);
  assert.deepEqual(granted(user), [...new Set(wanted)].sort(), part);
}

test('a console may read all that it shows, others may tell it, and it may do what it is there for', async () => {
  const console = { enabled: true, tokenKey: { existingSecret: 'a' } };
  const look = wordsOf(rightsOf('Console'), true);
  const tell = (topic: string) => `Write topic ${topic}.reports literal`;
  const plain = ofKind('KafkaUser', await render({ ...all, console }));
  expectRights(plain, 'console', look);
  for (const [part, topic, roles] of [
    ['uploader', 'files', ['Uploader']],
    ['downloader', 'files', ['Downloader']],
    ['serve', 'live', ['Server']],
    ['ingest', 'live', ['Publisher', 'Ingest']],
  ] as const)
    expectRights(plain, part, [...wordsOf(roles.flatMap(rightsOf), false), tell(topic)]);

  const full = { ...console, spool: { enabled: true }, administers: true };
  const keys = ['Read topic live.keys literal', 'Write topic live.keys literal'];
  const drops = [...wordsOf(rightsOf('Uploader'), false), tell('files')];
  expectRights(ofKind('KafkaUser', await render({ ...all, console: full })), 'console', [
    ...look,
    ...drops,
    ...keys,
  ]);
  const beside = ofKind('KafkaUser', await render({ ...all, console: { ...console, withServe: true } }));
  assert.equal(beside.length, 4);
  expectRights(beside, 'serve', [...wordsOf(rightsOf('Server'), false), tell('live'), ...look]);
});

test('topics are as sluice makes them', async (t) => {
  const { bootstrapServers } = await testBroker();
  const kafka = createKafka({ properties: { 'bootstrap.servers': bootstrapServers } });
  t.after(() => kafka.close());
  const wishes = { partitions: 4, replicationFactor: 1 };
  const prefix = `chart-${process.pid}`;
  const { files, state } = await openTopics(kafka, `${prefix}.files`, wishes, () => {});
  const live = await openLiveTopics(kafka, `${prefix}.live`, wishes);
  const reports = await Promise.all(
    ['files', 'live'].map((topic) => openReportsTopic(kafka, `${prefix}.${topic}`, 1)),
  );
  const keys = await openKeysTopic(kafka, `${prefix}.live`, wishes);
  const made = [files, state, ...Object.values(live), keys, ...reports.map((topic) => topic!)];
  const said = ofKind('KafkaTopic');
  assert.equal(said.length, made.length);
  for (const topic of made) {
    const name = topic.name.slice(prefix.length + 1);
    const spec = said.find(({ spec: one }) => (one as { topicName: string }).topicName === name)?.spec as
      | { readonly partitions: number; readonly config: Record<string, string | number> }
      | undefined;
    assert.equal(spec?.partitions, topic.partitions, name);
    const { 'max.message.bytes': most, ...config } = spec?.config ?? {};
    for (const [property, value] of Object.entries(config))
      assert.equal(topic.config[property] ?? String(value), String(value), `${name}: ${property}`);
    assert.equal(topic.config['cleanup.policy'], config['cleanup.policy'], name);
    if (most !== undefined) assert.equal(topic.maxMessageBytes, most, name);
    else assert.notEqual(topic.maxMessageBytes, 8_388_608, name);
  }
});

test('alerts are those of deploy/prometheus, and its jobs are those that they know', async () => {
  const rules = parse(
    await readFile(new URL('../../../deploy/prometheus/rules.yaml', import.meta.url), 'utf8'),
  );
  assert.deepEqual(ofKind('PrometheusRule')[0]?.spec, rules);
  const jobs = [...ofKind('ServiceMonitor'), ...ofKind('PodMonitor')].map(({ spec }) => {
    const { endpoints, podMetricsEndpoints } = spec as Readonly<
      Record<string, readonly { readonly relabelings: readonly { readonly replacement: string }[] }[]>
    >;
    return (endpoints ?? podMetricsEndpoints)?.[0]?.relabelings[0]?.replacement;
  });
  assert.deepEqual(jobs.sort(), ['sluice-download', 'sluice-ingest', 'sluice-serve', 'sluice-upload']);
});

test('replicas go by figures that there are', async () => {
  const sink = { place: 's3://a' };
  const scaled = await render({
    ...all,
    serve: { enabled: true, keda: { enabled: true } },
    downloader: { enabled: true, topic: 'files', group: 'fill', sink, keda: { enabled: true } },
  });
  const named = ofKind('ScaledObject', scaled).map(
    ({ spec }) => /query":"sum\((\w+)\{/.exec(JSON.stringify(spec))?.[1],
  );
  assert.deepEqual(named.sort(), ['sluice_download_lag_records', 'sluice_serve_viewers']);
  for (const name of named) assert.ok(knownFigures.has(name ?? ''), name);
});

test('a volume of a group has its pods on one machine', async () => {
  const found = await render({
    ...all,
    downloader: { enabled: true, topic: 'files', replicas: 2, group: 'fill', sink: { existingClaim: 'in' } },
  });
  const downloader = workloadsOf(found).find(({ kind }) => kind === 'StatefulSet');
  assert.match(
    JSON.stringify(downloader?.spec.template.spec),
    /requiredDuringScheduling.*kubernetes.io\/hostname/,
  );
});

test('before Kubernetes 1.30 a pod waits by a program of its own', async () => {
  const found = await render(all, '1.29.0');
  const serve = workloadsOf(found).find(({ metadata }) => metadata.name.endsWith('serve'));
  assert.match(
    JSON.stringify(serve?.spec.template.spec.containers[0].lifecycle),
    /\/usr\/bin\/node.*setTimeout.*5000/,
  );
});

test('what cannot work is refused, in words', async () => {
  const downloader = { enabled: true, topic: 'files' };
  const uploader = { enabled: true, topic: 'files' };
  const ingest = { enabled: true };
  const table: readonly (readonly [Values, RegExp])[] = [
    [{ kafka: {} }, /kafka.bootstrapServers is empty/],
    [{ uploader: { enabled: true, source: { hostPath: '/srv' } } }, /uploader.topic is empty/],
    [{ uploader }, /uploader.source is empty/],
    [{ uploader: { ...uploader, source: { place: 's3://a' } } }, /a store has one uploader/],
    [{ uploader: { ...uploader, source: { existingClaim: 'a' } } }, /would send the same files/],
    [{ uploader: { ...uploader, name: 'a', source: { hostPath: '/srv' } } }, /need a name each/],
    [{ downloader: { ...downloader, group: 'a' } }, /its members fill one place together/],
    [{ downloader: { ...downloader, replicas: 2, sink: { place: 's3://a' } } }, /only as a group/],
    [{ downloader: { ...downloader, keda: { enabled: true } } }, /only in a group over a store/],
    [{ ingest: { ...ingest, rtmps: { enabled: true } } }, /it needs a certificate/],
    [{ ingest: { ...ingest, replicas: 2, whip: { enabled: true } } }, /come to the same pod/],
    [{ ingest: { ...ingest, rtmp: { enabled: false } } }, /no protocol is enabled/],
    [{ serve: { enabled: true, hpa: { enabled: true }, keda: { enabled: true } } }, /enable one of them/],
    [{ strimzi: { topics: true } }, /strimzi.cluster is empty/],
    [{ serve: { enabled: true, replica: 3 } }, /replica/],
    [{ uploader: { ...uploader, kind: 'Job' } }, /kind/],
    [{ serve: { enabled: true, port: 80 } }, /port/],
  ];
  const kafka = { bootstrapServers: 'kafka:9092' };
  for (const [values, sentence] of table) {
    const isOfKafka = 'kafka' in values;
    const { code, stderr } = await tryRender(
      isOfKafka ? { ...values, serve: { enabled: true } } : { kafka, ...values },
    );
    assert.notEqual(code, 0, String(sentence));
    assert.match(stderr, sentence);
  }
});
