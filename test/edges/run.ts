/**
 * `npm run test:edges`: two clusters, and MirrorMaker 2 by the configuration that `sluice relay config` writes. Files of all kinds and a live stream
 * are sent at the near one, whose first records retention has taken; each verb says at the far one what it says at the near one. The far cluster is killed for a
 * minute, and MirrorMaker 2 once, while sending goes on. Exit code 1 where anything differs.
 *
 *     npm run test:edges -- [--names kept|prefixed] [--away 60] [--quick] [--keep]
 *
 * `--away`: seconds; `--quick`: all verbs are looked at once, at the end; `--keep`: the folder with all logs stays. Without `--names`, both.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { administrator } from '../support/administrator.ts';
import { ensureMirrorMaker, startMirrorMaker } from '../support/mirror-maker.ts';
import { inScope, type Owner } from '../support/owner.ts';
import { runSluice } from '../support/sluice.ts';
import { waitFor } from '../support/wait.ts';
import { openSide, type Side } from './ground.ts';
import { catFaults, digestsOf, downloadFaults, listFaults, listsEqual, type Views } from './judge.ts';
import { newestAt, publish, publishEarly, rewindFaults, serve, watch } from './live.ts';
import { copiesOf } from './records.ts';
import { switchFaults } from './switch.ts';
import { openTree } from './tree.ts';

const { values } = parseArgs({
  options: {
    names: { type: 'string' },
    away: { type: 'string', default: '60' },
    keep: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
  },
});
const say = (text: string): void => console.log(text);

async function play(owner: Owner, names: string): Promise<string[]> {
  const began = performance.now();
  const seconds = (): string => `${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s`;
  const faults: string[] = [];
  const tell = (what: string, found: readonly string[]): void => {
    faults.push(...found.map((fault) => `${names}, ${what}: ${fault}`));
    say(`${seconds()}: ${what}: ${found.length === 0 ? 'as it is to be' : `${found.length} faults`}`);
    for (const fault of found.slice(0, 12)) say(`        ${fault.slice(0, 300)}`);
  };
  const folder = await mkdtemp(join(tmpdir(), `sluice-edges-${names}-`));
  if (values.keep) say(folder);
  else owner.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const [near, far] = await Promise.all([openSide(owner, folder, 'near'), openSide(owner, folder, 'far')]);
  const farName = (topic: string): string => (names === 'prefixed' ? `near.${topic}` : topic);

  const tree = await openTree(near, folder, 'files');
  await tree.early();
  await tree.send();
  await publishEarly(near, 'live');
  await retention(owner, near, ['files', 'live']);
  await tree.first();
  await tree.send();
  const publisher = publish(near, 'live');
  await tree.change(1);
  await tree.send();
  say(`${seconds()}: files are sent, and a stream is published, at offsets that retention has shifted`);

  const { stdout, stderr, code } = await runSluice([
    ...['relay', 'config', '--from', `near=${near.file}`, '--to', `far=${far.file}`],
    ...['--topics', 'files', '--topics', 'live', '--names', names],
  ]);
  if (code !== 0) throw new Error(stderr);
  if (/near-secret|far-secret/.test(stdout)) faults.push('relay config: a secret is in the output');
  const configuration = join(folder, 'relay.properties');
  await writeFile(configuration, stdout);
  const start = () => startMirrorMaker(owner, folder, configuration);
  let mirror = await start();

  const views: Views = {
    near,
    far,
    topics: { near: 'files', far: farName('files') },
    identity: tree.keys.file,
  };
  const reader = ['--topic', 'files', '--identity', tree.keys.file, '--once'];
  const sinks = (name: string): string => join(folder, name);
  const wantedNow = async () => {
    await near.ok('download', ...reader, '--to', sinks('near-sink'), '--name', 'near');
    return digestsOf(sinks('near-sink'));
  };
  const look = async (when: string, isLast = false): Promise<void> => {
    if (values.quick && !isLast) return;
    const wanted = await wantedNow();
    tell(`${when}, list`, await listsEqual(views));
    tell(`${when}, list --all`, await listFaults(views, '--all'));
    tell(`${when}, list --state removed`, await listFaults(views, '--state', 'removed'));
    tell(`${when}, cat`, await catFaults(views, wanted));
    tell(`${when}, download and verify`, await downloadFaults(views, sinks(`fresh ${when}`), wanted));
    tell(`${when}, of one that goes on`, await downloadFaults(views, sinks('far-sink'), wanted));
    const alone = await downloadFaults(views, sinks(`group ${when}`), wanted, '--group', 'edge');
    tell(`${when}, of a group`, alone);
    const [here, there] = [await copiesOf(near, 'files'), await copiesOf(far, farName('files'))];
    tell(`${when}, each record once`, here === there ? [] : [`${here} records at near, ${there} at far`]);
  };

  const following = far.follow(
    ...['download', '--topic', farName('files'), '--to', sinks('followed'), '--name', 'follower'],
    ...['--identity', tree.keys.file],
  );
  const watchers = await watch(owner, far, folder, farName('live'));
  await waitFor(async () => (await newestAt(watchers.url)) >= 0, {
    timeout: 180_000,
    interval: 500,
    what: 'the stream at the far cluster',
  });
  say(`${seconds()}: the stream is to be seen at the far cluster`);
  await look('at first');

  await far.broker.nodes[0]!.kill();
  say(`${seconds()}: the far cluster is killed`);
  const back = delay(Number(values.away) * 1000);
  for (const round of [2, 3]) {
    await tree.change(round);
    await tree.send();
  }
  await back;
  await far.broker.nodes[0]!.start();
  const started = performance.now();
  say(`${seconds()}: it is back`);
  tell('lists after that', await listsEqual(views));
  say(`        after ${((performance.now() - started) / 1000).toFixed(1)} s`);
  if (mirror.hasEnded) faults.push('MirrorMaker 2 has ended');
  await look('after the far cluster was killed');

  await tree.change(4);
  const sending = tree.send();
  await mirror.stop('SIGKILL');
  await sending;
  mirror = await start();
  say(`${seconds()}: MirrorMaker 2 was killed, and is started again`);
  await look('after MirrorMaker 2 was killed', true);
  tell('doctor', await doctorFaults(far, farName('files')));
  tell('status', await statusFaults(far));

  const [one, other] = [await serve(near, 'live'), await serve(far, farName('live'))];
  tell('rewinding', await rewindFaults(one.url, other.url));
  await Promise.all([one.end(), other.end()]);
  publisher.child.kill('SIGINT');
  await publisher.ended;
  tell('recording, exporting, pushing', await watchers.ended(near, 'live'));
  following.child.kill('SIGINT');
  const { code: ended } = await following.ended;
  const wanted = await wantedNow();
  const found = await digestsOf(sinks('followed'));
  tell('a download that ran all the time', [
    ...(ended === 130 || ended === 0 ? [] : [`ended with ${ended}`]),
    ...[...wanted].filter(([name, digest]) => found.get(name) !== digest).map(([name]) => `${name} differs`),
  ]);
  await mirror.stop();
  if (names === 'kept') tell('switching', await switchFaults({ views, folder, tree }));
  return faults;
}

/** What retention does: everything that stands there goes, and offsets do not begin anew. */
async function retention(owner: Owner, side: Side, topics: readonly string[]): Promise<void> {
  const admin = administrator(owner, side.bootstrapServers);
  const { createKafka } = await import('../../src/kafka/client.ts');
  const kafka = createKafka({ properties: { 'bootstrap.servers': side.bootstrapServers } });
  try {
    for (const topic of topics)
      for (const [partition, end] of await kafka.offsets(topic, 'latest'))
        if (end > 0) await admin.deleteRecords(topic, partition, end);
  } finally {
    await kafka.close();
  }
}

async function doctorFaults(far: Side, topic: string): Promise<string[]> {
  const { code, stdout } = await far.run('doctor', '--topic', topic, '--json');
  const problems = stdout.split('\n').filter((line) => /"status":"problem"/.test(line));
  return code === 0 ? [] : problems;
}

async function statusFaults(far: Side): Promise<string[]> {
  const { code, stdout, stderr } = await runSluice(['status', '--json']);
  const isThere = stdout.includes('"verb":"download"') && stdout.includes('follower');
  return code === 0 && isThere ? [] : [`exit ${code} ${stdout}${stderr} (${far.name})`];
}

await ensureMirrorMaker(say);
let count = 0;
for (const names of values.names === undefined ? ['kept', 'prefixed'] : [values.names]) {
  say(`names ${names}`);
  const faults = await inScope((owner) => play(owner, names)).catch((error: unknown) => {
    console.error(error);
    return [String(error)];
  });
  count += faults.length;
}
say(count === 0 ? 'passed' : `${count} faults`);
process.exitCode = count === 0 ? 0 : 1;
