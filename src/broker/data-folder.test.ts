import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../test/support/folder.ts';
import { ConfigurationError } from '../errors.ts';
import { claimDataFolder, isNewer, readNote, writeNote } from './data-folder.ts';

const refuses = (pattern: RegExp) => (error: unknown) => {
  assert.ok(error instanceof ConfigurationError);
  assert.match(error.message, pattern);
  assert.match(error.message, /--data/);
  return true;
};

test('a folder that is not there is made, and found again with the same cluster', async (t) => {
  const folder = join(await temporaryFolder(t), 'new', 'broker');
  const first = await claimDataFolder(folder, 1, '4.3.0');
  assert.match(first.clusterId, /^[A-Za-z0-9_][A-Za-z0-9_-]{21}$/);
  assert.deepEqual(await claimDataFolder(folder, 1, '4.3.0'), first);
  assert.deepEqual(await readNote(folder), first);
});

test("somebody else's folder is refused", async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'thesis.txt'), 'years of work');
  await assert.rejects(claimDataFolder(folder, 1, '4.3.0'), refuses(/is not empty and holds no broker/));
});

test('a cluster of another size is refused', async (t) => {
  const folder = await temporaryFolder(t);
  await claimDataFolder(folder, 3, '4.3.0');
  await assert.rejects(claimDataFolder(folder, 1, '4.3.0'), refuses(/holds a cluster of 3.*--brokers 3/));
});

test('data of a newer Kafka is refused, of an older one taken', async (t) => {
  const folder = await temporaryFolder(t);
  const note = await claimDataFolder(folder, 1, '4.3.0');
  await writeNote(folder, { ...note, kafkaVersion: '4.10.0' });
  await assert.rejects(claimDataFolder(folder, 1, '4.3.0'), refuses(/written by Kafka 4\.10\.0, newer than/));
  await writeNote(folder, { ...note, kafkaVersion: '4.2.1' });
  assert.equal((await claimDataFolder(folder, 1, '4.3.0')).clusterId, note.clusterId);
});

test('a damaged note is refused', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'sluice-broker.json'), '{');
  await assert.rejects(
    claimDataFolder(folder, 1, '4.3.0'),
    refuses(/its note sluice-broker\.json is damaged/),
  );
});

test('a file in the place of the folder is refused', async (t) => {
  const folder = join(await temporaryFolder(t), 'file');
  await writeFile(folder, '');
  await assert.rejects(claimDataFolder(folder, 1, '4.3.0'), refuses(/cannot be used/));
});

test('releases are compared by their numbers', () => {
  assert.ok(isNewer('4.10.0', '4.9.1'));
  assert.ok(!isNewer('4.3.0', '4.3.0'));
  assert.ok(!isNewer('3.9.1', '4.0.0'));
});
