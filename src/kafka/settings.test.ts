import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientSettings } from './settings.ts';

test('Addresses are read in every form that Kafka takes', () => {
  const servers = ' a:1, kafka.example.com:9092 ,[2001:db8::1]:9093,SASL_SSL://b:65535,';
  assert.deepEqual(clientSettings({ 'bootstrap.servers': servers }), {
    bootstrapServers: [
      { host: 'a', port: 1 },
      { host: 'kafka.example.com', port: 9092 },
      { host: '2001:db8::1', port: 9093 },
      { host: 'b', port: 65_535 },
    ],
    clientId: 'sluice',
    clientRack: undefined,
    requestTimeoutMs: 30_000,
  });
});

test('The other properties are honoured', () => {
  const settings = clientSettings({
    'bootstrap.servers': 'a:1',
    'client.id': 'till 7',
    'client.rack': 'eu-1a',
    'request.timeout.ms': '1500',
  });
  assert.equal(settings.clientId, 'till 7');
  assert.equal(settings.clientRack, 'eu-1a');
  assert.equal(settings.requestTimeoutMs, 1500);
});

const refused: readonly [properties: Record<string, string>, message: RegExp][] = [
  [{}, /^bootstrap\.servers is missing\. Write host:port/],
  [{ 'bootstrap.servers': ' , ' }, /^bootstrap\.servers is empty/],
  [{ 'bootstrap.servers': 'a' }, /"a", which is no address/],
  [{ 'bootstrap.servers': 'a:0' }, /"a:0", which is no address/],
  [{ 'bootstrap.servers': 'a:65536' }, /port from 1 to 65535/],
  [{ 'bootstrap.servers': '::1:9092' }, /"::1:9092", which is no address/],
  [{ 'bootstrap.servers': 'a:9092;b:9092' }, /which is no address/],
  [
    { 'bootstrap.servers': 'a:1', 'request.timeout.ms': 'soon' },
    /^request\.timeout\.ms must be a whole number/,
  ],
  [{ 'bootstrap.servers': 'a:1', 'request.timeout.ms': '0' }, /^request\.timeout\.ms must be at least 100/],
  [{ 'bootstrap.servers': 'a:1', 'client.id': 'a\nb' }, /^client\.id must be/],
];

for (const [properties, message] of refused) {
  test(`Refused: ${JSON.stringify(properties)}`, () => {
    assert.throws(() => clientSettings(properties), { name: 'ConfigurationError', message });
  });
}
