import assert from 'node:assert/strict';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../test/support/folder.ts';
import { ConfigurationError } from '../errors.ts';
import { findJava, parseJavaVersion } from './java.ts';

const outputs = [
  ['openjdk version "17.0.15" 2025-04-15\nOpenJDK Runtime Environment', 17],
  ['java version "1.8.0_402"', 8],
  ['openjdk version "24-ea" 2025-03-18', 24],
  ['openjdk version "21" 2023-09-19 LTS', 21],
  ['The operation couldn’t be completed. Unable to locate a Java Runtime.', undefined],
  ['', undefined],
] as const;

for (const [output, version] of outputs) {
  test(`"${output.slice(0, 30)}" is Java ${version}`, () => assert.equal(parseJavaVersion(output), version));
}

test('the Java that is found runs Kafka', async () => {
  const java = await findJava();
  assert.ok(java.version >= 17);
});

test('an older Java is refused, with what to install', async (t) => {
  const folder = await temporaryFolder(t);
  const java = join(folder, 'java');
  await writeFile(java, '#!/bin/sh\necho \'openjdk version "11.0.2" 2019-01-15\' >&2\n');
  await chmod(java, 0o755);
  const { PATH, JAVA_HOME } = process.env;
  t.after(() => {
    process.env.PATH = PATH;
    if (JAVA_HOME !== undefined) process.env.JAVA_HOME = JAVA_HOME;
  });
  process.env.PATH = folder;
  delete process.env.JAVA_HOME;
  await assert.rejects(findJava(), (error) => {
    assert.ok(error instanceof ConfigurationError);
    assert.match(error.message, /^Java 11 .* is too old: Kafka needs Java 17 or newer\. Install it/);
    return true;
  });
});
