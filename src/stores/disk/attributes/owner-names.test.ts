import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Database, OwnerNames } from './owner-names.ts';
import { sinkAttributes } from './sink-attributes.ts';

const texts = {
  passwd:
    'root:x:0:0:root:/root:/bin/sh\nann:x:1001:100::/home/ann:/bin/sh\ntoor:x:0:0::/:/bin/sh\n\nbroken\nbad:x:y:0\n',
  group: 'root:x:0:\nstaff:x:50:ann\n',
};

function names(directory: Readonly<Record<string, string>> = {}) {
  const asked: string[] = [];
  let now = 0;
  const owners = new OwnerNames({
    read: async (database: Database) => texts[database],
    ask: async (_, key) => {
      asked.push(key);
      return directory[key];
    },
    now: () => now,
  });
  return { owners, asked, later: () => (now += 61_000) };
}

test('Names and numbers are those of the files; of several the first counts', async () => {
  const { owners, asked } = names();
  assert.equal(await owners.idOf('passwd', 'ann'), 1001);
  assert.equal(await owners.nameOf('passwd', 0), 'root');
  assert.equal(await owners.idOf('passwd', 'toor'), 0);
  assert.equal(await owners.idOf('group', 'staff'), 50);
  assert.equal(await owners.nameOf('group', 50), 'staff');
  assert.deepEqual(asked, []);
});

test('What the files do not have is asked for, once in a while', async () => {
  const { owners, asked, later } = names({
    eve: 'eve:*:70001:70001::/home/eve:/bin/sh',
    70001: 'eve:*:70001:70001::',
  });
  for (let count = 0; count < 3; count++) {
    assert.equal(await owners.idOf('passwd', 'eve'), 70001);
    assert.equal(await owners.nameOf('passwd', 70001), 'eve');
    assert.equal(await owners.idOf('passwd', 'nobody here'), undefined);
  }
  assert.deepEqual(asked, ['eve', '70001', 'nobody here']);
  later();
  await owners.idOf('passwd', 'eve');
  assert.equal(asked.length, 4);
});

test('A name that a directory takes for a number, or that is no word, is nobody’s', async () => {
  const { owners, asked } = names({ 0: 'root:x:0:0', 1001: 'ann:x:1001:100' });
  for (const name of ['0', '1001', '-s', '--help', 'a:b', ' ann', 'a\nb', ''])
    assert.equal(await owners.idOf('passwd', name), undefined, name);
  assert.deepEqual(asked, ['0', '1001']);
});

test('A stranger’s names start so many processes and no more', async () => {
  const { owners, asked } = names();
  for (let count = 0; count < 1500; count++)
    assert.equal(await owners.idOf('passwd', `stranger-${count}`), undefined);
  assert.equal(asked.length, 1000);
});

test('Numbers of all sizes that a system has are owners for all files, and no others', async () => {
  const { owners } = names({});
  for (const uid of [0, 70_001, 1_234_600_500, 4_294_967_294]) {
    const { ownerOf } = await sinkAttributes({ owner: `${uid}:` }, owners);
    assert.deepEqual(await ownerOf?.({}), { uid, gid: undefined });
  }
  for (const owner of ['4294967295:', '9999999999:', '12345678901:', '-1:', '1e3:'])
    await assert.rejects(sinkAttributes({ owner }, owners), /this system has no user/, owner);
});
