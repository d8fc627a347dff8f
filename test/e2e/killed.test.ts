/** Both ends killed with SIGKILL in the middle of a file; a broker that goes away in the middle of another. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { withCountedWay } from '../proof/counted-way.ts';
import { onGround } from '../proof/ground.ts';
import { killDownloader } from '../proof/kill-downloader.ts';
import { killUploader } from '../proof/kill-uploader.ts';
import { differences, writeRandomFile } from '../support/files.ts';
import { followSluice } from '../support/sluice-events.ts';
import { uniqueTopic } from '../support/unique.ts';

const size = 60e6;
/** Bytes a second: from any point of the way there is time to be killed, before its end. */
const pace = 20e6;

test('An uploader or a downloader that is killed goes on where it was; a broker that goes away is waited for', (t) => {
  const say = (text: string): void => t.diagnostic(text);
  return withCountedWay({ pace }, (broker, wayTo) =>
    onGround({ say, broker }, async (ground) => {
      await t.test('the uploader, twice', async () => {
        const killing = { size, kills: 2, at: [0.2, 0.6] };
        const way = wayTo(ground.broker);
        const { runs, resent, uploads, faults } = await killUploader(ground, killing, way);
        say(`sent again: ${resent} bytes`);
        assert.equal(faults, '');
        assert.equal(uploads, 1, 'all runs went on with one upload');
        assert.equal(runs.killedAt.length, 2);
        // In flight, and acknowledged but not noted: 16 MiB and 8 MiB at the most, each time.
        assert.ok(resent <= 2 * 26e6, `${resent} bytes were sent again`);
      });
      await t.test('the downloader, once', async () => {
        const { fetchedAgain, runs, faults } = await killDownloader(ground, wayTo(ground.broker), {
          size,
          kills: 1,
          at: [0.6],
        });
        say(`fetched again: ${fetchedAgain} bytes`);
        assert.equal(faults, '');
        assert.equal(runs.killedAt.length, 1);
        // How far the position lags depends on the disk; but it has one: not all that it had is fetched again.
        const [had = 0] = runs.killedAt;
        assert.ok(fetchedAgain < 0.9 * had, `${fetchedAgain} bytes of ${had} were fetched again`);
      });
      await t.test('the broker, killed in the middle of a transfer', async () => {
        const topic = uniqueTopic('restart');
        const { folder, bootstrapServers } = ground;
        const [source, sink] = [join(folder, 'restart-source'), join(folder, 'restart-sink')];
        await writeRandomFile(join(source, 'large.bin'), size);
        const reach = ['--topic', topic, '--bootstrap-servers', bootstrapServers];
        const uploader = followSluice([
          ...['upload', '--from', source, '--name', 'patient', '--once', '--min-age', '0'],
          ...reach,
        ]);
        t.after(() => uploader.kill());
        await uploader.event(({ type }) => type === 'started', 'it had started');
        const downloader = followSluice(['download', '--to', sink, ...reach]);
        t.after(() => downloader.kill());
        await downloader.event(
          ({ type, bytesDone }) => type === 'progress' && Number(bytesDone) > size / 4,
          'a quarter had arrived',
        );
        const [node] = ground.broker.nodes;
        await node?.kill();
        await node?.start();
        const sent = await uploader.ended;
        assert.equal(sent.code, 0, sent.stderr);
        await downloader.event(({ type }) => type === 'received', 'the file had arrived');
        downloader.child.kill('SIGINT');
        assert.equal((await downloader.ended).code, 130);
        assert.equal(await differences(source, join(sink, 'patient')), '');
      });
    }),
  );
});
