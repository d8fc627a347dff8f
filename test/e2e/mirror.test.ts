/** A mirror by whole programs and a real Kafka: what goes at the source goes at the sink, links are links, and folders are as they are. */
import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { chmod, mkdir, readlink, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { testBroker } from '../support/broker.ts';
import { temporaryFolder } from '../support/folder.ts';
import { tree } from '../support/mirror-folders.ts';
import { runSluice } from '../support/sluice.ts';
import { uniqueTopic } from '../support/unique.ts';

test('Files and links go and come as at the source; an emptied source removes nothing, and has exit code 3', async (t) => {
  const { bootstrapServers } = await testBroker();
  const env = {
    SLUICE_BOOTSTRAP_SERVERS: bootstrapServers,
    SLUICE_TOPIC: uniqueTopic('mirror'),
    SLUICE_MIN_AGE: '0',
  };
  const folder = await temporaryFolder(t);
  const [from, to] = [join(folder, 'from'), join(folder, 'to')];
  const shop = join(to, 'till');
  await mkdir(join(from, 'dir'), { recursive: true });
  for (const path of ['dir/a', 'b', 'c', 'd']) await writeFile(join(from, path), path);
  await symlink('b', join(from, 'link'));
  await mkdir(join(from, 'empty/too'), { recursive: true });
  await chmod(join(from, 'dir'), 0o550);
  await utimes(join(from, 'dir'), 1000, 1000);
  const up = (...more: string[]) => {
    const words = [
      'upload',
      '--from',
      from,
      '--name',
      'till',
      '--once',
      '--delete',
      '--links',
      'keep',
      '--folders',
      '--json',
    ];
    return runSluice([...words, ...more], { env });
  };
  const ok = ({ code, stderr }: { readonly code: number | null; readonly stderr: string }): void =>
    assert.equal(code, 0, stderr);
  ok(await up());
  ok(await runSluice(['download', '--to', to, '--once'], { env }));
  assert.deepEqual(await tree(shop), ['b', 'c', 'd', 'dir/a', 'link']);
  assert.equal(await readlink(join(shop, 'link')), 'b');

  const look = (path: string) => [statSync(path).mode & 0o777, Math.floor(statSync(path).mtimeMs)];
  assert.deepEqual(look(join(shop, 'dir')), [0o550, 1_000_000]);
  assert.ok(Math.abs(statSync(shop).mtimeMs - statSync(from).mtimeMs) < 1);
  await rm(join(from, 'empty/too'), { recursive: true });
  await rm(join(from, 'dir'), { recursive: true });
  await rm(join(from, 'link'));
  await writeFile(join(shop, 'c'), 'edited here');
  await rm(join(from, 'c'));
  const removed = await up('--max-delete', '75%');
  ok(removed);
  assert.equal(removed.stdout.match(/"deletion-sent"/g)?.length, 5);
  const down = await runSluice(['download', '--to', to, '--once', '--backup-dir', 'kept', '--json'], { env });
  ok(down);
  assert.deepEqual(await tree(shop), ['b', 'c', 'd']);
  assert.deepEqual(await tree(join(to, 'kept')), ['till/dir/a', 'till/link']);
  assert.deepEqual([existsSync(join(shop, 'empty')), existsSync(join(shop, 'empty/too'))], [true, false]);
  assert.match(down.stdout, /"type":"kept".*"path":"c"/);

  for (const path of ['b', 'd']) await rm(join(from, path));
  const emptied = await up();
  assert.equal(emptied.code, 3, emptied.stderr);
  assert.match(emptied.stdout, /"deletions-refused"/);
});
