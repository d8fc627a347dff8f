import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineIn } from './config-file.ts';
import { kafkaProperties } from './connection.ts';
import { kafkaPropertyOf, strangeVariables } from './environment.ts';

const file = {
  path: 'client.properties',
  properties: {
    'bootstrap.servers': 'file:9092',
    'sasl.username': 'from-file',
    'client.id': 'from-file',
    'sluice.topic': 'files',
  },
  lineOf: () => undefined,
};

test('Kafka properties: --bootstrap-servers, -X, environment, file, default', () => {
  const environment = {
    SLUICE_SASL_USERNAME: 'from-environment',
    SLUICE_CLIENT_ID: 'from-environment',
    PATH: '/bin',
  };
  const flags = { property: ['client.id = till=7'], 'bootstrap-servers': 'flag:9092' };
  assert.deepEqual(kafkaProperties({ flags, environment, file }), {
    'bootstrap.servers': 'flag:9092',
    'sasl.username': 'from-environment',
    'client.id': 'till=7',
  });
  assert.equal(kafkaProperties({ flags: {}, environment: {}, file })['bootstrap.servers'], 'file:9092');
  assert.deepEqual(kafkaProperties({ flags: {}, environment: {} }), {
    'bootstrap.servers': '127.0.0.1:9092',
  });
});

test('a secret on the command line is refused without being repeated', () => {
  for (const pair of [
    'sasl.password=hunter2',
    'SASL.PASSWORD=hunter2',
    'ssl.keystore.key=hunter2',
    'sasl.jaas.config',
  ]) {
    const call = () => kafkaProperties({ flags: { property: [pair] }, environment: {} });
    assert.throws(call, (error: Error) => {
      assert.equal(error.name, 'ConfigurationError');
      assert.match(error.message, /is a secret.*set SLUICE_S[A-Z_]+, or write it into the --config file/);
      return !error.message.includes('hunter2');
    });
  }
});

test('a pair without a name or a value', () => {
  for (const pair of ['client.id', '=x']) {
    const call = () => kafkaProperties({ flags: { property: [pair] }, environment: {} });
    assert.throws(call, { message: `-X: "${pair}" is no pair; write NAME=VALUE, e.g. -X client.id=till-7` });
  }
});

test('variables that are Kafka properties, and those that are nothing', () => {
  assert.equal(kafkaPropertyOf('SLUICE_SASL_PASSWORD'), 'sasl.password');
  assert.equal(kafkaPropertyOf('SLUICE_SSL_KEYSTORE_CERTIFICATE_CHAIN'), 'ssl.keystore.certificate.chain');
  assert.equal(kafkaPropertyOf('SLUICE_TOPIC'), undefined);
  assert.equal(kafkaPropertyOf('SLUICE_SASL'), undefined);
  assert.equal(kafkaPropertyOf('SASL_PASSWORD'), undefined);
  const environment = {
    SLUICE_TOPIC: 't',
    SLUICE_TOPPIC: 't',
    SLUICE_CACHE: '/c',
    SLUICE_SASL_PASSWORD: 'x',
    HOME: '/',
  };
  assert.deepEqual(strangeVariables(environment, ['topic']), ['SLUICE_TOPPIC']);
});

test('the line of a property, of the last one where it is repeated', () => {
  const text = '# a comment\nsluice.topic=a\n\nsluice.min.age = 5s \\\n  more\nsluice.topic : b\n';
  assert.equal(lineIn(text, 'sluice.min.age'), 4);
  assert.equal(lineIn(text, 'sluice.topic'), 6);
  assert.equal(lineIn(text, 'sluice.name'), undefined);
});
