import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { type ConfigurationFile, resolveSettings, type Sources, splitList } from './config.ts';

const settings = {
  minAge: {
    flag: 'min-age',
    form: 'value',
    schema: z.string().regex(/^\d+$/, 'is no number').transform(Number),
    fallback: 5,
  },
  topic: { flag: 'topic', form: 'value', schema: z.string(), fallback: undefined, required: true },
  once: { flag: 'once', form: 'switch', schema: z.boolean(), fallback: false as boolean },
  include: {
    flag: 'include',
    form: 'list',
    schema: z.array(z.string().min(2, 'is short')),
    fallback: undefined,
  },
} as const;

function file(properties: Record<string, string>): ConfigurationFile {
  return { path: 'client.properties', properties, lineOf: () => 7 };
}

function resolve(sources: Partial<Sources>) {
  return resolveSettings(settings, {
    flags: { topic: 't', ...sources.flags },
    environment: {},
    ...rest(sources),
  });
}

function rest({ flags: _, ...others }: Partial<Sources>): Omit<Partial<Sources>, 'flags'> {
  return others;
}

test('flag, then environment, then file, then default', () => {
  const all = {
    flags: { 'min-age': '1' },
    environment: { SLUICE_MIN_AGE: '2' },
    file: file({ 'sluice.min.age': '3' }),
  };
  assert.equal(resolve(all).minAge, 1);
  assert.equal(resolve({ ...all, flags: {} }).minAge, 2);
  assert.equal(resolve({ ...all, flags: {}, environment: {} }).minAge, 3);
  assert.equal(resolve({ ...all, flags: {}, environment: { SLUICE_MIN_AGE: '' } }).minAge, 3);
  assert.equal(resolve({}).minAge, 5);
});

test('what no source has is absent, so that options can be spread', () => {
  assert.deepEqual(resolve({}), { minAge: 5, topic: 't', once: false });
});

test('switches elsewhere are words', () => {
  for (const [word, value] of [
    ['true', true],
    ['YES', true],
    ['1', true],
    ['off', false],
    ['0', false],
  ] as const) {
    assert.equal(resolve({ environment: { SLUICE_ONCE: word } }).once, value, word);
  }
  assert.equal(resolve({ flags: { once: true }, environment: { SLUICE_ONCE: 'false' } }).once, true);
});

test('lists: repeated as a flag, between commas elsewhere', () => {
  assert.deepEqual(resolve({ flags: { include: ['a,b', 'cc'] } }).include, ['a,b', 'cc']);
  assert.deepEqual(resolve({ environment: { SLUICE_INCLUDE: '*.{jpg,png}, *.pdf,' } }).include, [
    '*.{jpg,png}',
    '*.pdf',
  ]);
  assert.deepEqual(splitList(''), []);
  assert.deepEqual(splitList('0,30 * * * *; 0 8 * * mon;', ';'), ['0,30 * * * *', '0 8 * * mon']);
});

test('an error names the place, the bad value and what is allowed', () => {
  const table: [Partial<Sources>, string][] = [
    [{ flags: { 'min-age': 'x' } }, '--min-age: "x" is no number'],
    [{ environment: { SLUICE_MIN_AGE: 'x' } }, 'SLUICE_MIN_AGE (environment): "x" is no number'],
    [
      { file: file({ 'sluice.min.age': 'x' }) },
      'sluice.min.age (client.properties, line 7): "x" is no number',
    ],
    [
      { environment: { SLUICE_ONCE: 'perhaps' } },
      'SLUICE_ONCE (environment): "perhaps" is neither true nor false',
    ],
    [{ flags: { include: ['good', 'b'] } }, '--include: "b" is short'],
    [
      { flags: { topic: undefined } },
      '--topic is missing; give the flag, or set SLUICE_TOPIC, or sluice.topic in the --config file',
    ],
  ];
  for (const [sources, message] of table) {
    assert.throws(() => resolve(sources), { name: 'ConfigurationError', exitCode: 2, message });
  }
});

test('The folder that SLUICE_CACHE names is no value of --cache', () => {
  const cache = {
    flag: 'cache',
    form: 'value',
    schema: z.string().regex(/^\d+$/),
    fallback: '7',
  } as const;
  const environment = { SLUICE_CACHE: '/var/cache/sluice' };
  assert.deepEqual(resolveSettings({ cache }, { flags: {}, environment }), { cache: '7' });
  assert.deepEqual(resolveSettings({ cache }, { flags: { cache: '9' }, environment }), { cache: '9' });
});
