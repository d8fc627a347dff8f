/** `sluice state`: a running uploader is told by host and process, and nothing is changed below it. */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { testBroker } from '../support/broker.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runSluice } from '../support/sluice.ts';
import { followSluice } from '../support/sluice-events.ts';
import { uniqueTopic } from '../support/unique.ts';
import { waitFor } from '../support/wait.ts';

test('what an uploader remembers is shown, kept while it runs, and forgotten afterwards', async (t) => {
  const from = join(await temporaryFolder(t), 'from');
  await mkdir(from);
  await writeFile(join(from, 'a.txt'), 'abc');
  const { bootstrapServers } = await testBroker();
  const env = {
    SLUICE_BOOTSTRAP_SERVERS: bootstrapServers,
    SLUICE_TOPIC: uniqueTopic('state'),
    SLUICE_MIN_AGE: '0',
  };
  const run = (...args: string[]) => runSluice(['state', ...args], { env });
  const up = followSluice(['upload', '--from', from, '--name', 'till'], { env });
  t.after(() => up.kill());
  await up.event(({ type }) => type === 'sent', 'the file was sent');
  const who = `running on ${hostname()} (process ${up.child.pid})`;
  // The record is written behind the event.
  await waitFor(async () => {
    const { stdout } = await run('show');
    assert.ok(stdout.startsWith('till  ') && stdout.includes(who), stdout);
    return stdout.includes('1 sent (3 B)');
  });
  for (const verb of [
    ['forget', 'till', '--yes'],
    ['rebuild', 'till'],
  ]) {
    const refused = await run(...verb);
    assert.equal(refused.code, 2);
    assert.ok(refused.stderr.includes(`an uploader named "till" is ${who}: stop it first`), refused.stderr);
  }
  await up.kill();
  const unasked = await run('forget', 'till/a.txt');
  assert.equal(unasked.code, 2);
  assert.match(unasked.stderr, /add --yes/);
  const forgotten = await run('forget', 'till/a.txt', '--yes', '--json');
  assert.deepEqual(JSON.parse(forgotten.stdout), {
    type: 'forgotten',
    uploader: 'till',
    path: 'a.txt',
    files: 1,
  });
  const file = await run('show', 'till/a.txt');
  assert.match(file.stdout, /^file +till\/a\.txt\nstate +forgotten\n/);
  const again = await runSluice(['upload', '--once', '--from', from, '--name', 'till', '--json'], { env });
  assert.match(again.stdout, /"type":"sent","path":"a.txt"/);
  const rebuilt = await run('rebuild', 'till');
  assert.equal(rebuilt.stdout, `0 files of till found on ${env.SLUICE_TOPIC} that it did not know.\n`);
});
