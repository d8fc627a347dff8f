import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { passedOver } from './passed-over.ts';

test('What is set for nothing is named', () => {
  const set = {
    'ssl.provider': 'BC',
    'sasl.kerberos.service.name': 'kafka',
    'enable.ssl.certificate.verification': 'false',
    'ssl.engine.factory.class': '',
    'ssl.ca.location': 'ca.pem',
    'linger.ms': '5',
  };
  assert.deepEqual(passedOver(set), [
    'ssl.provider',
    'sasl.kerberos.service.name',
    'enable.ssl.certificate.verification',
  ]);
});

test('Every property that is read counts as read', () => {
  for (const folder of [new URL('./', import.meta.url), new URL('../sasl/', import.meta.url)]) {
    for (const file of readdirSync(folder).filter((name) => !name.includes('.test.'))) {
      const text = readFileSync(new URL(file, folder), 'utf8');
      for (const [, name] of text.matchAll(/'((?:ssl|sasl)\.[a-z.]+)'/g))
        assert.deepEqual(passedOver({ [name!]: 'x' }), [], `${file} reads ${name}`);
    }
  }
});
