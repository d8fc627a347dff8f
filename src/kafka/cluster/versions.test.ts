import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as codecs from '../codecs.ts';
import { Api, chooseVersions, requireGroups } from './versions.ts';

/** What Apache Kafka 4.3 says of the APIs that we speak. */
const offered: [number, number, number][] = [
  [Api.produce, 0, 13],
  [Api.fetch, 4, 18],
  [Api.listOffsets, 1, 11],
  [Api.metadata, 0, 13],
  [Api.offsetCommit, 2, 10],
  [Api.offsetFetch, 1, 10],
  [Api.findCoordinator, 0, 6],
  [Api.createTopics, 2, 7],
  [Api.initProducerId, 0, 5],
  [Api.describeConfigs, 1, 4],
];

function broker(changes: readonly [number, number, number][] = []) {
  const ranges = new Map([...offered, ...changes].map(([key, ...range]) => [key, range]));
  return [...ranges].map(([apiKey, [minVersion, maxVersion]]) => ({
    apiKey,
    minVersion: minVersion!,
    maxVersion: maxVersion!,
  }));
}

test('The newest version that both sides speak is taken', () => {
  const versions = chooseVersions(
    broker([
      [Api.produce, 0, 9],
      [Api.fetch, 4, 15],
    ]),
    'b:1',
  );
  assert.equal(versions.get(Api.produce), 9);
  assert.equal(versions.get(Api.fetch), 15);
  assert.equal(chooseVersions(broker(), 'b:1').get(Api.produce), 13);
});

test('A broker without a common version is refused, and the message says which releases work', () => {
  const old = { kind: 'unsupported', message: /b:1.*3\.6/ };
  assert.throws(() => chooseVersions(broker([[Api.fetch, 0, 12]]), 'b:1'), old);
  assert.throws(() => chooseVersions(broker([[Api.metadata, 13, 20]]), 'b:1'), old);
  assert.throws(() => chooseVersions([], 'b:1'), old);
});

test('A broker that tells a metadata version of before 3.6 is refused', () => {
  assert.throws(() => chooseVersions(broker(), 'b:1', 11), {
    kind: 'unsupported',
    message: /^b:1: this broker is Apache Kafka 3\.5\. Sluice works with Apache Kafka 3\.6 and later/,
  });
  assert.ok(chooseVersions(broker(), 'b:1', 12));
});

test('What only consumer groups need may be missing until it is needed', () => {
  const versions = chooseVersions(broker(), 'b:1');
  assert.throws(() => requireGroups(versions, 'b:1'), { kind: 'unsupported', message: /b:1.*groups.*3\.6/ });
  const group: [number, number, number][] = [
    [Api.joinGroup, 2, 9],
    [Api.heartbeat, 0, 4],
    [Api.leaveGroup, 0, 5],
    [Api.syncGroup, 0, 5],
    [Api.describeGroups, 0, 6],
  ];
  requireGroups(chooseVersions(broker(group), 'b:1'), 'b:1');
});

test('Every API that is called by the library’s codecs is negotiated, or as old as every broker that is spoken to', () => {
  // Before an exchange of credentials nothing else is answered; ApiVersions is the negotiation.
  const unnegotiated = new Set(['apiVersionsV3', 'saslAuthenticateV2', 'saslHandshakeV1']);
  const keys = new Set<number>(Object.values(Api));
  for (const [name, codec] of Object.entries(codecs)) {
    if (!/V\d+$/.test(name) || unnegotiated.has(name)) continue;
    const { key, version } = (codec as { api: { key: number; version: number } }).api;
    assert.ok(keys.has(key), `${name} is not negotiated`);
    const chosen = chooseVersions(broker([[key, 0, 99]]), 'broker').get(key);
    assert.equal(chosen, version, name);
  }
});
