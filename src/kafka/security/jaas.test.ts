import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseJaas } from './jaas.ts';

const read: readonly [text: string, name: string, options: Record<string, string>][] = [
  [
    'a.b.PlainLoginModule required username="till" password="x y";',
    'a.b.PlainLoginModule',
    { username: 'till', password: 'x y' },
  ],
  ['M REQUIRED;', 'M', {}],
  ["M required a='b' ;\n", 'M', { a: 'b' }],
  ['M required /* a="1" */ b="2" // c="3"\n d=4;', 'M', { b: '2', d: '4' }],
  ['M required a="\\"\\\\\\t\\101\\u";', 'M', { a: '"\\\tAu' }],
  ['M required a="=;#,\'//" b="";', 'M', { a: "=;#,'//", b: '' }],
  [
    'M required\n  a = "1"\n  extension_logicalCluster="lkc-1";',
    'M',
    { a: '1', extension_logicalCluster: 'lkc-1' },
  ],
  ['M required a="pässwörd 😀";', 'M', { a: 'pässwörd 😀' }],
];

for (const [text, name, options] of read) {
  test(`Read: ${text}`, () => {
    const module = parseJaas(text);
    assert.equal(module.name, name);
    assert.deepEqual(Object.fromEntries(module.options), options);
  });
}

const refused: readonly [text: string, reason: RegExp][] = [
  ['', /does not end with a semicolon/],
  ['M required password="geheim"', /does not end with a semicolon/],
  ['M required password="geheim;', /character 21 that is never closed/],
  ['M password="geheim";', /lacks the word "required"/],
  ['= required;', /does not begin with a login module/],
  ['M required password=;', /no value to the option at character 12/],
  ['M required password geheim;', /no value to the option at character 12/],
  ['M required geheim;', /no value to the option at character 12/],
  ['M required "geheim"="x";', /no option name at character 12/],
  ['M required a="geheim"; N required;', /more than one login module/],
];

for (const [text, reason] of refused) {
  test(`Refused, without a secret: ${text}`, () => {
    assert.throws(
      () => parseJaas(text),
      (error: Error) =>
        error.name === 'ConfigurationError' && reason.test(error.message) && !/geheim/.test(error.message),
    );
  });
}
