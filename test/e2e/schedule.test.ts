/** `--schedule` from end to end: a run when its time has come, as with `--once`, and nothing held open after it. */
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { testBroker } from '../support/broker.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runSluice } from '../support/sluice.ts';
import { type FollowedSluice, followSluice } from '../support/sluice-events.ts';
import { uniqueTopic } from '../support/unique.ts';

const day = 24 * 3_600_000;

/** A pattern of one second of this year, by UTC. */
function patternOf(time: number): string {
  const at = new Date(time);
  const date = `${at.getUTCDate()} ${at.getUTCMonth() + 1}`;
  return `${at.getUTCSeconds()} ${at.getUTCMinutes()} ${at.getUTCHours()} ${date} *`;
}

/** Begins one whose run is soon, and the next a year later. */
async function scheduled(
  t: TestContext,
  words: readonly string[],
  env: Record<string, string>,
): Promise<FollowedSluice> {
  for (let ahead = 4000; ; ahead *= 2) {
    const pattern = patternOf(Date.now() + ahead);
    const running = followSluice([...words, '--schedule', pattern, '--time-zone', 'UTC'], { env });
    t.after(() => running.kill());
    const first = await running.event(({ type }) => type === 'next-run', 'it says when it runs');
    if (Number(first.at) < Date.now() + day) return running;
    await running.kill();
  }
}

/** TCP connections of a process. */
async function connectionsOf(pid: number): Promise<number> {
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((name) => readFile(`/proc/${pid}/net/${name}`, 'utf8')),
  );
  const inodes = new Set(
    tables.flatMap((table) =>
      table
        .split('\n')
        .slice(1)
        .map((line) => line.trim().split(/\s+/)[9] ?? ''),
    ),
  );
  const descriptors = await readdir(`/proc/${pid}/fd`);
  const targets = await Promise.all(
    descriptors.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => '')),
  );
  return targets.filter((target) => inodes.has(/^socket:\[(\d+)\]$/.exec(target)?.[1] ?? 'none')).length;
}

test('an upload runs when its time has come, and then holds no connection until the next', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'a.txt'), 'a');
  const { bootstrapServers } = await testBroker();
  const env = {
    SLUICE_BOOTSTRAP_SERVERS: bootstrapServers,
    SLUICE_TOPIC: uniqueTopic(),
    SLUICE_MIN_AGE: '0',
  };
  const running = await scheduled(t, ['upload', '--from', folder, '--name', 'till'], env);
  const summary = await running.event(({ type }) => type === 'summary', 'a run is over');
  assert.equal(summary.files, 1);
  const isLater = ({ type, at }: { type: string; at?: unknown }) =>
    type === 'next-run' && Number(at) > Date.now() + day;
  await running.event(isLater, 'it says when the next is');
  assert.equal(await connectionsOf(running.child.pid!), 0);
  running.child.kill('SIGTERM');
  const { code, stderr } = await running.ended;
  assert.equal(code, 0, stderr);
});

test('a run that fails is told, and is what the exit code says in the end', async (t) => {
  const folder = join(await temporaryFolder(t), 'later');
  const { bootstrapServers } = await testBroker();
  const env = { SLUICE_BOOTSTRAP_SERVERS: bootstrapServers, SLUICE_TOPIC: uniqueTopic() };
  const running = await scheduled(t, ['upload', '--from', folder, '--name', 'till'], env);
  await running.event(({ type }) => type === 'error', 'the run fails');
  await mkdir(folder);
  running.child.kill('SIGTERM');
  const { code, stderr } = await running.ended;
  assert.equal(code, 2, stderr);
});

test('what is no schedule is refused', async () => {
  const { code, stderr } = await runSluice(
    ['upload', '--from', 'x', '--topic', 'x', '--schedule', '61 * * * *'],
    {},
  );
  assert.equal(code, 2);
  assert.match(stderr, /--schedule: .*is no schedule \(.*\); write five fields/);
});
