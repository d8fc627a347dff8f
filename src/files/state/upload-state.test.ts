import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryCluster } from '../../kafka/memory.ts';
import type { FileState } from '../../records/state-record.ts';
import { UploadState } from './upload-state.ts';

function sent(version: number): FileState {
  return {
    topic: 't',
    upload: String(version).padStart(32, '0'),
    state: 'sent',
    fingerprint: { size: 1, mtime: '1', ctime: '1', inode: '1' },
    partition: 0,
    first: version,
    last: version,
    acked: 1,
    digest: `md5:${'0'.repeat(32)}`,
  };
}

test('A file that comes back, and is sent, while it is being forgotten is remembered', async () => {
  const kafka = createMemoryCluster().client();
  const topic = 'files.state';
  await kafka.createTopic({ name: topic, partitions: 1, replicationFactor: 1 });
  const read = async (): Promise<UploadState> => {
    const state = new UploadState({ kafka, topic, partitions: 1, uploader: 'shop' });
    await state.load();
    return state;
  };
  const state = await read();
  state.behind.open(kafka.producer(), assert.ifError);
  for (const path of ['back', 'gone']) state.set(path, sent(1));
  state.beginAt({ topic: 't', ends: [0], cluster: 'here' });
  await state.makeReady('t');
  const forgotten = state.forget(['back', 'gone'], 't');
  state.set('back', sent(2));
  await forgotten;
  await state.behind.flush();
  for (const one of [state, await read()])
    assert.deepEqual([one.get('back')?.upload, one.get('gone')], [sent(2).upload, undefined]);
});
