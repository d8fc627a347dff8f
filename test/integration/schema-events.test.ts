/** What a real upload and a real download tell is as `schemas/` says: that a line has another field is noticed here. All other verbs: `npm run test:schemas`. */
import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { download } from '../../src/files/download.ts';
import { upload } from '../../src/files/upload.ts';
import { testBroker } from '../support/broker.ts';
import { noise } from '../support/bytes.ts';
import { temporaryFolder } from '../support/folder.ts';
import { faultOf } from '../support/schemas.ts';
import { uniqueTopic } from '../support/unique.ts';

test('Each event of an upload and of its download is one by its schema', async (t) => {
  const { bootstrapServers } = await testBroker();
  const common = {
    kafka: { 'bootstrap.servers': bootstrapServers },
    topic: uniqueTopic('schemas'),
    once: true,
  };
  const folder = await temporaryFolder(t);
  const from = join(folder, 'from');
  await mkdir(from);
  await writeFile(join(from, 'large.bin'), noise(3_000_000));
  await writeFile(join(from, 'copy.bin'), noise(3_000_000));
  await writeFile(join(from, 'small.txt'), 'small');
  await symlink('small.txt', join(from, 'link'));
  const faults: string[] = [];
  const types = new Set<string>();
  const held = (name: string) => (event: { readonly type: string }) => {
    types.add(event.type);
    faults.push(...[faultOf(name, event)].filter((fault) => fault !== undefined));
  };
  const sending = {
    ...common,
    from,
    name: 'till',
    minAge: 0,
    links: 'keep',
    folders: true,
    metricsPort: 0,
  } as const;
  const sent = await upload({ ...sending, onEvent: held('upload') });
  held('upload')({ type: 'summary', verb: 'upload', ...sent } as { readonly type: string });
  const got = await download({ ...common, to: join(folder, 'to'), name: 'sink', onEvent: held('download') });
  held('download')({ type: 'summary', verb: 'download', ...got } as { readonly type: string });
  assert.deepEqual(faults, []);
  for (const type of [
    'started',
    'sent',
    'link-sent',
    'folder-sent',
    'figures',
    'progress',
    'received',
    'linked',
    'folder-made',
    'summary',
  ])
    assert.ok(types.has(type), `${type} was not seen`);
});
