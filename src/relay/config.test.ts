/** The configuration of MirrorMaker 2, without it; `npm run test:edges` runs it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parse } from 'dot-properties';
import { ConfigurationError } from '../errors.ts';
import { relayConfig } from './config.ts';
import { relayText } from './line.ts';
import type { RelayCluster, RelayOptions } from './options.ts';

const plain = (name: string, more: RelayCluster['kafka'] = {}, file?: string): RelayCluster => ({
  name,
  kafka: { 'bootstrap.servers': `${name}:9092`, ...more },
  ...(file === undefined ? {} : { file }),
});
const given: RelayOptions = { from: plain('till'), to: plain('centre'), topics: ['files', 'live.main'] };
const propertiesOf = (options: Partial<RelayOptions> = {}): Record<string, unknown> =>
  parse(relayText(relayConfig({ ...given, ...options })));

describe('The configuration of MirrorMaker 2', () => {
  test('topics go one way with what belongs to them, and neither keys nor topics of brokers do', () => {
    const properties = propertiesOf();
    assert.equal(properties['till->centre.enabled'], 'true');
    assert.equal(properties['centre->till.enabled'], 'false');
    const patterns = String(properties['till->centre.topics']).split(', ');
    const takes = (topic: string): boolean => patterns.some((one) => new RegExp(`^(?:${one})$`).test(topic));
    const wanted = ['files', 'files.state', 'live.main', 'live.main.index', 'live.main.streams'];
    assert.deepEqual(
      wanted.filter((topic) => !takes(topic)),
      [],
    );
    const others = [
      'live.main.keys',
      'files2',
      'liveXmain',
      'mm2-offsets.till.internal',
      'till.files',
      'files.state.x',
    ];
    assert.deepEqual(others.filter(takes), []);
    const excluded = String(properties['till->centre.topics.exclude']).split(', ');
    for (const topic of ['__consumer_offsets', 'mm2-configs.till.internal', 'heartbeats'])
      assert.ok(
        excluded.some((one) => new RegExp(`^(?:${one})$`).test(topic)),
        topic,
      );
  });

  test('each line has a reason, and each property stands once', () => {
    const lines = relayConfig({ ...given, groups: ['reports'], ownRetention: true, names: 'prefixed' });
    assert.deepEqual(
      lines.filter(({ why }) => why.length < 5),
      [],
    );
    const names = lines.flatMap(({ name }) => name ?? []);
    assert.equal(new Set(names).size, names.length);
    for (const line of relayText(lines).split('\n'))
      assert.ok(!line.startsWith('#') || line.length <= 120, line);
    const values = [' two', 'trail ', ' ', '', '\ttab', 'p\u00e4"\\q', 'a\nb', '#x', 'a=b'];
    const written = relayText(values.map((value, index) => ({ name: `n${index}`, value, why: 'a\nn0 = c' })));
    assert.deepEqual(Object.values(parse(written)), values);
  });

  test('records, names, retention, groups and replicas are as they are asked for', () => {
    const properties = propertiesOf({
      ...{
        maxRecord: 20_000_000,
        names: 'prefixed',
        ownRetention: true,
        groups: ['reports'],
        replicationFactor: 3,
      },
    });
    assert.ok(Number(properties['centre.producer.max.request.size']) > 20_000_000);
    assert.equal(properties['till.consumer.max.partition.fetch.bytes'], '20000000');
    assert.match(String(properties['replication.policy.class']), /DefaultReplicationPolicy$/);
    assert.match(String(properties['config.properties.exclude']), /retention\[\.\]ms/);
    assert.match(String(properties['till->centre.groups.exclude']), /sluice-\.\*/);
    assert.equal(properties['replication.factor'], '3');
    const usual = propertiesOf();
    assert.match(String(usual['replication.policy.class']), /IdentityReplicationPolicy$/);
    assert.doesNotMatch(String(usual['config.properties.exclude']), /retention/);
    assert.equal(usual['till->centre.emit.checkpoints.enabled'], 'false');
    // Beside any other setting of offset syncs it makes the connector refuse to start.
    assert.equal(usual['till->centre.emit.offset-syncs.enabled'], undefined);
  });

  test('exactly once where the release has it', () => {
    assert.equal(propertiesOf({ mirrorVersion: '3.5' })['centre.exactly.once.source.support'], 'enabled');
    assert.equal(propertiesOf({ mirrorVersion: '4.3.0' })['centre.exactly.once.source.support'], 'enabled');
    assert.equal(propertiesOf({ mirrorVersion: '3.4' })['centre.exactly.once.source.support'], undefined);
    assert.match(relayText(relayConfig({ ...given, mirrorVersion: '3.4' })), /cannot copy exactly once/);
  });

  test('secrets are named by where they stand, and written out when that is asked for', () => {
    const secret = 'geheim-7';
    const scram = {
      ...{ 'security.protocol': 'SASL_SSL', 'sasl.mechanism': 'SCRAM-SHA-512', 'sasl.username': 'till"7' },
      ...{
        'sasl.password': secret,
        'ssl.ca.location': '/etc/kafka/ca.pem',
        'ssl.key.password': 'auch-geheim',
      },
      ...{ 'ssl.certificate.location': '/etc/kafka/till.pem', 'ssl.key.location': '/etc/kafka/till.key' },
    };
    const to = plain('centre', scram, '/etc/sluice/centre.properties');
    const text = relayText(relayConfig({ ...given, to }));
    assert.doesNotMatch(text, /geheim/);
    const properties = propertiesOf({ to });
    assert.equal(
      properties['centre.sasl.jaas.config'],
      'org.apache.kafka.common.security.scram.ScramLoginModule required username="till\\"7" password="$' +
        '{file:/etc/sluice/centre.properties:sasl.password}";',
    );
    assert.equal(properties['centre.ssl.keystore.key'], '$' + '{directory:/etc/kafka:till.key}');
    assert.equal(properties['centre.ssl.truststore.location'], '/etc/kafka/ca.pem');
    assert.equal(properties['config.providers'], 'directory, file');
    const written = propertiesOf({ to, secrets: 'write' });
    assert.match(String(written['centre.sasl.jaas.config']), /password="geheim-7";$/);
    assert.equal(written['centre.ssl.key.password'], 'auch-geheim');
  });

  for (const [what, more, expected] of [
    [
      'a login module',
      {
        'sasl.mechanism': 'PLAIN',
        'sasl.jaas.config': 'a.PlainLoginModule required username="a" password="b";',
      },
      /^\$\{file:\/f:sasl\.jaas\.config\}$/,
    ],
    [
      'MSK',
      { 'sasl.mechanism': 'AWS_MSK_IAM' },
      /^software\.amazon\.msk\.auth\.iam\.IAMLoginModule required;$/,
    ],
    [
      'OAuth',
      {
        ...{
          'sasl.mechanism': 'OAUTHBEARER',
          'sasl.oauthbearer.token.endpoint.url': 'https://idp.example.com/token',
        },
        ...{
          'sasl.oauthbearer.client.id': 'till',
          'sasl.oauthbearer.client.secret': 'geheim',
          'sasl.oauthbearer.scope': 'kafka',
        },
      },
      /OAuthBearerLoginModule required clientId="till" clientSecret="\$\{file:\/f:sasl\.oauthbearer\.client\.secret\}" scope="kafka";$/,
    ],
  ] as const) {
    test(`${what} is as Java's clients have it`, () => {
      const from = plain('till', { 'security.protocol': 'SASL_SSL', ...more }, '/f');
      assert.match(String(propertiesOf({ from })['till.sasl.jaas.config']), expected);
    });
  }

  const sasl = { 'security.protocol': 'SASL_SSL', 'sasl.mechanism': 'PLAIN', 'sasl.username': 'a' };
  for (const [what, options, message] of [
    ['one name for both', { to: plain('till') }, /both clusters are called till/],
    ['a name with a dot', { to: plain('a.b') }, /"a\.b" is no name for a cluster/],
    ['no topic', { topics: [] }, /no topic is to be copied/],
    ...['__files', '.files', 'hall.internal', 'hall-internal', 'hall.replica', 'heartbeats'].map(
      (topic) =>
        [`${topic}, which is never copied`, { topics: [topic] }, /copies no topic of a name like/] as const,
    ),
    [
      'a topic that seems to come from there',
      { topics: ['a.centre.files'], names: 'prefixed' },
      /takes "a\.centre\.files" for a topic that came from centre/,
    ],
    ['a wrong topic', { topics: ['a b'] }, /"a b" is no topic name/],
    [
      'a release that nobody knows',
      { mirrorVersion: 'new' },
      /"new" is no release of Kafka: write MAJOR\.MINOR/,
    ],
    ['a release that is too old', { mirrorVersion: '2.8' }, /use 3\.0 or newer/],
    [
      'a secret in no file',
      { to: plain('centre', { ...sasl, 'sasl.password': 'b' }) },
      /^centre: sasl\.password of centre is a secret/,
    ],
    [
      'a password that ends the quotes',
      { to: plain('centre', { ...sasl, 'sasl.password': 'b"' }, '/f') },
      /cannot be named within sasl\.jaas\.config/,
    ],
    [
      'a password without a protocol',
      { to: plain('centre', { 'sasl.password': 'b' }) },
      /^centre: sasl\.password is set, but security\.protocol is not/,
    ],
    ['no address', { to: { name: 'centre', kafka: {} } }, /^centre: bootstrap\.servers/],
    [
      'a token that ends',
      {
        from: plain(
          'till',
          { ...sasl, 'sasl.mechanism': 'OAUTHBEARER', 'sasl.oauthbearer.token': 'a.b.c' },
          '/f',
        ),
      },
      /Java clients take none/,
    ],
  ] as const) {
    test(`refused: ${what}`, () => {
      assert.throws(
        () => relayConfig({ ...given, ...options }),
        (error: unknown) => {
          assert.ok(error instanceof ConfigurationError);
          assert.match(error.message, message);
          assert.doesNotMatch(error.message, /geheim/);
          return true;
        },
      );
    });
  }
});
