/** Plans: what they say, that all has a reason, and what is written of them. `npm run bench:plan` holds them to real runs. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import type { IndexedSegment } from '../records/live-index.ts';
import { compareTopic } from './check.ts';
import { type FilesFacts, type LiveFacts, type Plan, planDefaults } from './facts.ts';
import { dayOf, recordsOf } from './file-records.ts';
import { throughCache, viewing } from './flows.ts';
import { secondOf } from './live-records.ts';
import { observedFiles, observedLive } from './observe.ts';
import { makePlan } from './plan.ts';
import { bytesText, figure, timeText } from './sizes.ts';
import { commandsOf } from './write-commands.ts';
import { strimziOf } from './write-strimzi.ts';

const files: FilesFacts = {
  ...{ topic: 'files', uploaders: 300, downloaders: 2, members: 1, peak: 4, together: 1 },
  ...{ away: planDefaults.away, remembered: 100_000 },
  loads: [{ perDay: 20_000, averageSize: 4_000_000 }],
};
const live: LiveFacts = {
  ...{ topic: 'live', streams: 20, bitRate: 4_000_000, renditions: 2, viewers: 5000 },
  ...{ cached: false, servers: 4, rewind: planDefaults.rewind },
};
const cluster = { brokers: 3, line: 125_000_000 };
const plan = makePlan({ files, live, cluster });
const setting = (of: Plan, topic: string, name: string): number =>
  Number(of.topics.find((one) => one.name === topic)?.config[name]?.value);
const need = (of: Plan, what: string): number =>
  of.needs.find((one) => one.what === what)?.value ?? Number.NaN;

describe('A plan', () => {
  test('has the topics that Sluice has, and a reason for all', () => {
    const names = ['files', 'files.state', 'live', 'live.index', 'live.streams', 'live.keys'];
    assert.deepEqual(
      plan.topics.map(({ name }) => name),
      names,
    );
    const reasons = [
      ...plan.topics.flatMap((topic) => [topic.partitions, topic.replicas, ...Object.values(topic.config)]),
      ...plan.brokers,
      ...plan.quotas,
      ...plan.needs,
    ].map(({ why }) => why);
    assert.deepEqual(
      reasons.filter((why) => !/^[A-Z0-9].*\.$/s.test(why)),
      [],
    );
    assert.doesNotMatch(JSON.stringify(plan), /NaN|undefined|Infinity/);
    for (const { value, what } of plan.needs) assert.ok(value >= 0 && Number.isFinite(value), what);
  });

  test('keeps what a receiver has not read, and what viewers go back to', () => {
    assert.ok(setting(plan, 'files', 'retention.ms') > files.away);
    assert.ok(setting(plan, 'live', 'retention.ms') > live.rewind);
    assert.equal(setting(plan, 'live.index', 'retention.ms'), setting(plan, 'live', 'retention.ms'));
    const longer = makePlan({ files: { ...files, away: 30 * 86_400_000 }, cluster });
    assert.ok(
      Number(longer.brokers.find(({ name }) => name === 'offsets.retention.minutes')?.value) >= 60 * 24 * 60,
    );
    for (const topic of plan.topics) {
      const [size, most] = ['segment.bytes', 'max.message.bytes'].map((name) =>
        setting(plan, topic.name, name),
      );
      assert.ok(!(size! < most!), `${topic.name}: a segment holds a record`);
    }
  });

  test('grows with what comes, by the terms that it shows', () => {
    const twice = makePlan({
      files: { ...files, loads: [{ perDay: 40_000, averageSize: 4_000_000 }] },
      cluster,
    });
    const once = makePlan({ files, cluster });
    for (const what of ['Network into each broker', 'Processor of all uploaders', 'Network of an uploader'])
      assert.ok(Math.abs(need(twice, what) / need(once, what) - 2) < 0.01, what);
    const [a, b] = [need(once, 'Disk for files'), need(twice, 'Disk for files')];
    assert.ok(b > 1.8 * a && b < 2.1 * a, `${a} ${b}`);
    // 80 GB a day, three copies, 3.75 days: 900 GB, and segments.
    assert.ok(a > 900e9 && a < 950e9, String(a));
  });

  test('names what does not fit', () => {
    const small = makePlan({
      files,
      live: { ...live, viewers: 20_000 },
      cluster: { brokers: 1, line: 1_000_000, disk: 10e9 },
    });
    const told = small.warnings.join('\n');
    for (const what of [/line/, /disks are too small/, /three brokers/, /server would need/])
      assert.match(told, what);
    assert.ok(setting(small, 'files', 'retention.bytes') * 3 < 10e9);
    assert.deepEqual(makePlan({ files, cluster }).warnings, []);
  });
});

test('Small files share records as they come: alone, within the linger, or many at once', () => {
  const alone = recordsOf(4000, 1, 0);
  const many = recordsOf(4000, 5000, 0);
  assert.equal(alone.records, 1);
  assert.ok(many.records < 1 / 200, String(many.records));
  assert.ok(many.bytes > 4000 && many.bytes < alone.bytes && alone.bytes < 4500, String(alone.bytes));
  assert.ok(recordsOf(4000, 1, 100).filesInRecord > 4);
  const large = recordsOf(30_000_000, 1, 0);
  assert.deepEqual([large.records, large.isSmall], [30, false]);
  assert.ok(large.bytes / 30_000_000 < 1.001);
  assert.equal(dayOf({ ...files, loads: [{ perDay: 10, averageSize: 4000 }] }).smallFiles, 10);
});

test('A viewer asks twice a part, a cache once for all of its viewers', () => {
  assert.ok(Math.abs(viewing(100, 1_000_000, 'll-hls').requests - 1200) < 1);
  assert.ok(Math.abs(viewing(100, 1_000_000, 'websocket').messages - 600) < 1);
  assert.ok(Math.abs(throughCache({ streams: 1, renditions: 1 }, 1_000_000).requests - 12) < 0.1);
  const second = secondOf({ bitRate: 1_000_000, renditions: 1 });
  assert.ok(second.bytes > 125_000 && second.bytes < 130_000, String(second.bytes));
});

test('What a topic was like is read from its own last days', () => {
  const now = 1_790_000_000_000;
  const listed = Array.from({ length: 48 }, (_, at) => ({
    uploader: `u${at % 3}`,
    size: at % 2 === 0 ? 1000 : 1_000_000,
    sentAt: now - at * 3_600_000,
  }));
  const pack = Array.from({ length: 24 }, () => ({ uploader: 'u0', size: 1000, sentAt: now - 7_200_000 }));
  const found = observedFiles([...listed, ...pack, { uploader: 'old', size: 5, sentAt: 0 }], now)!;
  assert.equal(found.uploaders, 3);
  assert.equal(found.remembered, 73);
  assert.deepEqual(
    found.loads.map(({ averageSize }) => averageSize),
    [1000, 1_000_000],
  );
  assert.ok(Math.abs(found.loads[1]!.perDay - 12.25) < 0.1, String(found.loads[1]!.perDay));
  assert.equal(found.together, 48 / 25);
  assert.equal(observedFiles([], now), undefined);
  const segment = {
    ...{
      stream: 'a',
      kind: 'segment',
      epoch: 1,
      media: 1,
      discontinuities: 0,
      captured: 1,
      discontinuity: false,
    },
    ...{ gap: false, timescale: 1000, time: 0, duration: 2000, ordinal: 1, parts: 12, first: 0, next: 1 },
    sizes: { '720p': 500_000, '360p': 100_000 },
  } satisfies IndexedSegment;
  assert.deepEqual(observedLive([segment, { ...segment, gap: true, sizes: {} }]), {
    streams: 1,
    bitRate: 2_400_000,
    renditions: 2,
  });
});

test('A topic is compared with the plan: what loses something is told apart from what is only otherwise', () => {
  const planned = plan.topics[0]!;
  const config = Object.fromEntries(Object.entries(planned.config).map(([name, { value }]) => [name, value]));
  const real = {
    ...{ name: 'files', id: 'x', partitions: planned.partitions.value, replicationFactor: 3 },
    ...{ maxMessageBytes: 1_048_588, config },
  };
  const judged = (change: object): string[] =>
    compareTopic(planned, { ...real, ...change })
      .filter(({ is }) => is !== 'same')
      .map(({ what, is }) => `${what} ${is}`);
  assert.deepEqual(judged({}), []);
  assert.deepEqual(judged({ partitions: 100, config: { ...config, 'retention.ms': '400000000' } }), []);
  assert.deepEqual(judged({ partitions: 1 }), ['partitions differs']);
  const alone = { replicationFactor: 1, config: { ...config, 'min.insync.replicas': '1' } };
  assert.deepEqual(judged(alone), ['replication factor loses', 'min.insync.replicas loses']);
  assert.deepEqual(judged({ maxMessageBytes: 1000 }), ['max.message.bytes loses']);
  assert.deepEqual(judged({ config: { ...config, 'retention.ms': '1000', 'compression.type': 'zstd' } }), [
    'compression.type differs',
    'retention.ms loses',
  ]);
  assert.deepEqual(judged({ config: { ...config, 'retention.ms': '-1', 'retention.bytes': '1000' } }), [
    'retention.ms differs',
    'retention.bytes loses',
  ]);
  assert.deepEqual(judged({ config: { ...config, 'cleanup.policy': 'compact' } }), ['cleanup.policy loses']);
  // Nothing can be written where more are asked for than there are, or only while all of them are there.
  const least = (count: string): object => ({ config: { ...config, 'min.insync.replicas': count } });
  assert.deepEqual(judged(least('3')), ['min.insync.replicas differs']);
  assert.deepEqual(judged(least('4')), ['min.insync.replicas loses']);
  assert.deepEqual(judged({ ...least('1') }), ['min.insync.replicas loses']);
  assert.deepEqual(
    compareTopic(planned, undefined).map(({ what, is }) => [what, is]),
    [['topic', 'differs']],
  );
});

test('What topics keep at the most fits on the disks, beside all else that is planned', () => {
  const disk = 2e12;
  const all = makePlan({ files, live, cluster: { ...cluster, disk } });
  const [topic] = all.topics;
  const setting = (name: string): number => Number(topic!.config[name]!.value);
  const kept = (setting('retention.bytes') + setting('segment.bytes')) * topic!.partitions.value * 3;
  const others = all.needs.filter(({ what }) => /^Disk for (?!files$)/.test(what));
  const sum = others.reduce((total, { value }) => total + value, kept);
  assert.equal(others.length, 3);
  assert.ok(sum <= 0.8 * disk * cluster.brokers, `${sum}`);
  assert.ok(sum > 0.79 * disk * cluster.brokers, `${sum}`);
});

test('Whose partitions are for ever is not told to get more', () => {
  const state = plan.topics.find(({ name }) => name === 'files.state')!;
  const config = Object.fromEntries(Object.entries(state.config).map(([name, { value }]) => [name, value]));
  const real = { name: 'files.state', id: 'x', replicationFactor: 3, maxMessageBytes: 1_048_588, config };
  const [partitions] = compareTopic(state, { ...real, partitions: 1 });
  assert.equal(partitions?.is, 'same');
  assert.equal(partitions.remedy, undefined);
});

test('No more partitions are planned than brokers carry, and a word says what would be needed', () => {
  const of = (change: object, brokers = 3): Plan =>
    makePlan({ files: { ...files, ...change }, live, cluster: { ...cluster, brokers } });
  const count = (one: Plan, name: string): number =>
    one.topics.find((topic) => topic.name === name)!.partitions.value;
  const much = of({ loads: [{ perDay: 1e9, averageSize: 1e9 }] });
  assert.equal(count(much, 'files'), 3999);
  assert.match(
    much.warnings.join('\n'),
    /771,\d+ partitions would be needed.*3,999 are what 3 brokers carry/,
  );
  assert.equal(count(of({ members: 10_000 }), 'files'), 3999);
  // Kafka makes no more of them in one request.
  assert.equal(count(of({ members: 10_000 }, 300), 'files'), 9900);
  // Many brokers are no reason for more partitions than streams have a use for.
  for (const brokers of [1, 5, 7, 48, 49, 1000])
    assert.ok(count(of({}, brokers), 'live') <= 48, `${brokers}`);
  assert.doesNotMatch(of({}, 60).topics[2]!.partitions.why, /multiple/);
});

test('Topics that Kafka does not have beside each other are refused', () => {
  const planned = (topic: string, liveTopic: string) => () =>
    makePlan({ files: { ...files, topic }, live: { ...live, topic: liveTopic }, cluster });
  assert.throws(planned('live', 'live'), /live would be two topics of different kinds/);
  assert.throws(planned('live.index', 'live'), /live\.index would be two topics/);
  assert.throws(planned('live_index', 'live'), /live\.index and live_index cannot stand beside each other/);
  assert.throws(planned('x'.repeat(244), 'live'), /has 250 characters, and Kafka takes 249/);
  assert.doesNotThrow(planned('a_b', 'a-b'));
});

test('Strimzi gets names that Kubernetes takes', () => {
  const named = (topic: string): unknown[] =>
    parseAllDocuments(strimziOf(makePlan({ files: { ...files, topic }, cluster }), 'main')).map(
      (document) => document.toJS().metadata.name,
    );
  assert.deepEqual(named('files_'), ['files', 'files.state']);
  assert.deepEqual(named('a._b'), ['a.b', 'a.b.state']);
});

test('No two topics of a plan have one name at Strimzi', () => {
  const named = (topic: string, liveTopic: string): string[] => {
    const both = makePlan({ files: { ...files, topic }, live: { ...live, topic: liveTopic }, cluster });
    const all = parseAllDocuments(strimziOf(both, 'main')).map((document) => document.toJS());
    for (const { metadata, spec } of all) assert.ok(spec.topicName !== metadata.name);
    return all.map(({ metadata }) => metadata.name);
  };
  for (const [topic, liveTopic] of [
    ['a_b', 'a-b'],
    ['A', 'a'],
    ['_', '__'],
    [`${'x'.repeat(235)}_Y`, `${'x'.repeat(235)}_y`],
  ] as const) {
    const names = named(topic, liveTopic);
    assert.equal(new Set(names).size, 6, names.join(' '));
    for (const name of names)
      assert.match(name, /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);
  }
  // Who can keep his name does.
  assert.deepEqual(named('a_b', 'a-b').slice(2), ['a-b', 'a-b.index', 'a-b.streams', 'a-b.keys']);
});

test('Plans are written for Strimzi and as commands of Kafka', () => {
  const documents = parseAllDocuments(
    strimziOf(makePlan({ files: { ...files, topic: 'My_Files' }, cluster }), 'main'),
  );
  const [first, second] = documents.map((document) => document.toJS());
  assert.deepEqual(first.metadata, { name: 'my-files', labels: { 'strimzi.io/cluster': 'main' } });
  assert.deepEqual([first.kind, first.apiVersion], ['KafkaTopic', 'kafka.strimzi.io/v1']);
  assert.deepEqual(Object.keys(first.spec), ['topicName', 'partitions', 'replicas', 'config']);
  assert.equal(first.spec.topicName, 'My_Files');
  assert.equal(first.spec.config['unclean.leader.election.enable'], false);
  assert.equal(second.spec.config['cleanup.policy'], 'compact');
  const text = commandsOf(plan);
  assert.equal(text.match(/^kafka-topics\.sh /gm)?.length, 6);
  assert.equal(text.match(/^kafka-configs\.sh /gm)?.length, 2);
  assert.ok(text.includes('  --config max.message.bytes=8388608'));
});

test('Numbers are told in three digits', () => {
  assert.deepEqual([0, 1, 999, 1000, 1234, 12_345_678].map(bytesText), [
    ...['0 B', '1 B', '999 B', '1 kB', '1.23 kB', '12.3 MB'],
  ]);
  assert.deepEqual([0.00123, 1.5, 1234.5].map(figure), ['0.00123', '1.5', '1,235']);
  assert.deepEqual([86_400_000, 5_400_000].map(timeText), ['1 day', '1.5 hours']);
});
