/** Both ends as they run for weeks: watching, restarted now and then, on a topic that grows. */
import assert from 'node:assert/strict';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { administrator } from '../support/administrator.ts';
import { testBroker } from '../support/broker.ts';
import { differences, writeRandomFile } from '../support/files.ts';
import { temporaryFolder } from '../support/folder.ts';
import { type FollowedSluice, followSluice, type JsonEvent } from '../support/sluice-events.ts';
import { accountOf } from '../support/topic-account.ts';
import { uniqueTopic } from '../support/unique.ts';

interface Ends {
  readonly source: string;
  readonly sink: string;
  readonly topic: string;
  readonly bootstrapServers: string;
  upload(...args: string[]): FollowedSluice;
  download(...args: string[]): FollowedSluice;
}

async function ends(t: TestContext): Promise<Ends> {
  const { bootstrapServers } = await testBroker();
  const folder = await temporaryFolder(t);
  const [source, sink, topic] = [join(folder, 'source'), join(folder, 'sink'), uniqueTopic('watch')];
  await mkdir(source);
  const reach = ['--topic', topic, '--bootstrap-servers', bootstrapServers];
  const start = (...args: string[]): FollowedSluice => {
    const run = followSluice([...args, ...reach]);
    t.after(() => run.kill());
    return run;
  };
  return {
    ...{ source, sink, topic, bootstrapServers },
    upload: (...args) => start('upload', '--from', source, '--name', 'desk', '--min-age', '0', ...args),
    download: (...args) => start('download', '--to', sink, ...args),
  };
}

const isStarted = ({ type }: JsonEvent): boolean => type === 'started';
const isReceived =
  (wanted: string) =>
  ({ type, path }: JsonEvent): boolean =>
    type === 'received' && path === wanted;

// Beside one another: one of them waits half a minute for what clients do by themselves.
describe('Both ends, for long', { concurrency: true }, () => {
  test('A file copied in while both ends run arrives; SIGINT ends both with 130', async (t) => {
    const { source, sink, upload, download } = await ends(t);
    const uploader = upload();
    await uploader.event(isStarted, 'it had started');
    const downloader = download();
    await downloader.event(isStarted, 'it had started');
    await writeRandomFile(join(source, 'new folder', 'small.bin'), 5000);
    await copyFile(join(source, 'new folder', 'small.bin'), join(source, 'copy.bin'));
    await writeRandomFile(join(source, 'large.bin'), 3_000_000);
    for (const path of ['new folder/small.bin', 'copy.bin', 'large.bin'])
      await downloader.event(isReceived(path), `${path} had arrived`);
    for (const run of [uploader, downloader]) run.child.kill('SIGINT');
    for (const run of [uploader, downloader]) {
      const { code, stderr, summary } = await run.ended;
      assert.equal(code, 130, stderr);
      assert.equal(summary?.interrupted, true);
    }
    assert.equal(await differences(source, join(sink, 'desk')), '');
  });

  test('A restarted uploader sends only what is new or changed, a restarted downloader fetches only that', async (t) => {
    const { source, sink, topic, bootstrapServers, upload, download } = await ends(t);
    for (const name of ['one', 'two', 'three']) await writeRandomFile(join(source, name), 400_000);
    await writeRandomFile(join(source, 'small'), 1000);
    assert.equal((await upload('--once').ended).summary?.files, 4);
    assert.equal((await download('--once').ended).summary?.files, 4);
    const before = await accountOf({ bootstrapServers, topic });

    const nothing = (await upload('--once').ended).summary;
    assert.deepEqual([nothing?.files, nothing?.unchanged], [0, 4]);
    assert.equal((await accountOf({ bootstrapServers, topic })).records, before.records);

    await writeRandomFile(join(source, 'four'), 500_000);
    await writeRandomFile(join(source, 'two'), 300_000);
    const more = (await upload('--once').ended).summary;
    assert.deepEqual([more?.files, more?.unchanged], [2, 3]);
    const fetched = (await download('--once').ended).summary;
    assert.deepEqual([fetched?.files, fetched?.wireBytes], [2, 800_000]);
    assert.equal(await differences(source, join(sink, 'desk')), '');
  });

  test('Partitions added to the topic while a downloader runs are read', async (t) => {
    const { source, sink, topic, bootstrapServers, upload, download } = await ends(t);
    await writeRandomFile(join(source, 'before.bin'), 300_000);
    assert.equal((await upload('--once', '--partitions', '1').ended).code, 0);
    const downloader = download();
    await downloader.event(isReceived('before.bin'), 'the first file had arrived');
    await administrator(t, bootstrapServers).addPartitions(topic, 3);
    for (let file = 0; file < 8; file++) await writeRandomFile(join(source, `after-${file}.bin`), 300_000);
    const sent = await upload('--once', '--parallel', '8').ended;
    assert.equal(sent.summary?.files, 8, sent.stderr);
    const { partitions } = await accountOf({ bootstrapServers, topic });
    assert.ok(partitions.size > 1, `files stand in partitions ${[...partitions]}`);
    // A client looks for new partitions every 30 s.
    for (let file = 0; file < 8; file++)
      await downloader.event(isReceived(`after-${file}.bin`), `file ${file} had arrived`);
    downloader.child.kill('SIGINT');
    assert.equal((await downloader.ended).code, 130);
    assert.equal(await differences(source, join(sink, 'desk')), '');
  });
});
