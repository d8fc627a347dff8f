import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address, type ClusterPlan, propertiesText, serverProperties } from './properties.ts';

const node = (id: number) => ({
  id,
  port: 9091 + id,
  controllerPort: 19091 + id,
  listenerPorts: { TLS: 29091 + id },
  dataDir: `/data/${id}`,
});

const cluster: ClusterPlan = {
  host: '127.0.0.1',
  nodes: [node(1), node(2), node(3)],
  listeners: { TLS: { protocol: 'SSL', advertisedPorts: [1, 2, 3] } },
  properties: { 'num.io.threads': '9' },
};

test('three nodes replicate to all, and go on with two', () => {
  const properties = serverProperties(cluster, cluster.nodes[1]!);
  assert.equal(properties['node.id'], '2');
  assert.equal(properties['default.replication.factor'], '3');
  assert.equal(properties['min.insync.replicas'], '2');
  assert.equal(
    properties['controller.quorum.voters'],
    '1@127.0.0.1:19092,2@127.0.0.1:19093,3@127.0.0.1:19094',
  );
});

test('one node replicates to itself', () => {
  const alone = { ...cluster, nodes: [node(1)] };
  const properties = serverProperties(alone, alone.nodes[0]!);
  assert.equal(properties['offsets.topic.replication.factor'], '1');
  assert.equal(properties['min.insync.replicas'], '1');
});

test('further listeners listen on their own ports and tell clients the advertised ones', () => {
  const properties = serverProperties(cluster, cluster.nodes[2]!);
  assert.equal(
    properties.listeners,
    'PLAINTEXT://127.0.0.1:9094,TLS://127.0.0.1:29094,CONTROLLER://127.0.0.1:19094',
  );
  assert.equal(properties['advertised.listeners'], 'PLAINTEXT://127.0.0.1:9094,TLS://127.0.0.1:3');
  assert.equal(
    properties['listener.security.protocol.map'],
    'PLAINTEXT:PLAINTEXT,TLS:SSL,CONTROLLER:PLAINTEXT',
  );
});

test("the user's own properties are the strongest", () => {
  assert.equal(serverProperties(cluster, cluster.nodes[0]!)['num.io.threads'], '9');
});

test('addresses are written as clients read them', () => {
  assert.equal(address('127.0.0.1', 9092), '127.0.0.1:9092');
  assert.equal(address('::1', 9092), '[::1]:9092');
  assert.equal(address('0.0.0.0', 9092), 'localhost:9092');
});

test('values keep their backslashes, line ends and letters in a properties file', () => {
  const text = propertiesText({ a: 'C:\\x', b: 'one\ntwo', c: 'é', 'd.e': 'x=y #z' });
  assert.equal(text, 'a=C:\\\\x\nb=one\\ntwo\nc=\\u00e9\nd.e=x=y #z\n');
});
