/** What real runs of all verbs print with `--json`, held to `schemas/`: `npm run test:schemas`. */
import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { testBroker } from '../support/broker.ts';
import { noise } from '../support/bytes.ts';
import { temporaryFolder } from '../support/folder.ts';
import { faultOf, faultsOfLines } from '../support/schemas.ts';
import { runSluice } from '../support/sluice.ts';
import { type FollowedSluice, followSluice, type JsonEvent } from '../support/sluice-events.ts';
import { uniqueTopic } from '../support/unique.ts';

const faults: string[] = [];
const seen = new Map<string, Set<string>>();

function hold(name: string, event: JsonEvent): void {
  const types = seen.get(name) ?? new Set();
  seen.set(name, types.add(event.type ?? 'line'));
  faults.push(...[faultOf(name, event)].filter((fault) => fault !== undefined));
}

/** Runs a verb to its end, and holds each line to the schema. Resolves with its exit code. */
async function held(name: string, ...args: string[]): Promise<number | null> {
  const { code, stdout, stderr } = await runSluice([...args, '--json']);
  const lines = stdout.split('\n').filter(Boolean);
  assert.ok(lines.length > 0, `${args.join(' ')} printed nothing: ${stderr}`);
  for (const line of lines) hold(name, JSON.parse(line));
  faults.push(...faultsOfLines(name, stdout));
  return code;
}

test('Files: sent, changed, gone, received, listed, verified, remembered, planned, looked at', async (t) => {
  const { bootstrapServers } = await testBroker();
  const kafka = ['--bootstrap-servers', bootstrapServers];
  const topic = ['--topic', uniqueTopic('schemas')];
  const folder = await temporaryFolder(t);
  const [from, to] = [join(folder, 'from'), join(folder, 'to')];
  await mkdir(from);
  for (const name of ['a.bin', 'b.bin', 'c.txt']) await writeFile(join(from, name), noise(2_000_000));
  const sending = [
    '--from',
    from,
    '--name',
    'till',
    '--once',
    '--min-age',
    '0',
    '--delete',
    '--max-delete',
    '100%',
  ];
  const up = (...more: string[]) => held('upload', 'upload', ...sending, ...topic, ...kafka, ...more);
  const down = (...more: string[]) =>
    held('download', 'download', '--to', to, '--once', ...topic, ...kafka, ...more);
  assert.equal(await up('--dry-run'), 0);
  assert.equal(await up(), 0);
  assert.equal(await down(), 0);
  await rm(join(from, 'a.bin'));
  await writeFile(join(from, 'b.bin'), noise(1_000_000));
  assert.equal(await up('--dry-run'), 0);
  assert.equal(await up(), 0);
  assert.equal(await down('--overwrite', 'rename'), 0);
  await held('upload', 'upload', '--from', join(folder, 'none'), ...topic, '--once', ...kafka);
  assert.equal(await held('list', 'list', '--all', ...topic, ...kafka), 0);
  await held('verify', 'verify', '--to', to, ...topic, ...kafka);
  assert.equal(await held('state-show', 'state', 'show', 'till/b.bin', ...topic, ...kafka), 0);
  assert.equal(await held('state-show', 'state', 'show', ...topic, ...kafka), 0);
  await held('state-forget', 'state', 'forget', 'till/c.txt', '--yes', ...topic, ...kafka);
  await held('state-rebuild', 'state', 'rebuild', 'till', ...topic, ...kafka);
  await held('doctor', 'doctor', ...topic, ...kafka);
  const [, name = ''] = topic;
  await held('topic-plan', 'topic', 'plan', '--from', name, ...kafka);
  assert.equal(await held('topic-plan', 'topic', 'plan', '--check', name, '--away', '30d', ...kafka), 3);
  await held(
    'relay-config',
    'relay',
    'config',
    '--from',
    `a=${bootstrapServers}`,
    '--to',
    'b=b:9092',
    '--topics',
    name,
  );
  await held('schema', 'schema', 'list');
  assert.deepEqual(faults, []);
  for (const type of ['would-send', 'would-delete', 'deletion-sent', 'sent', 'summary', 'error'])
    assert.ok(seen.get('upload')?.has(type), `upload: ${type}`);
  for (const type of ['received', 'deleted', 'progress'])
    assert.ok(seen.get('download')?.has(type), `download: ${type}`);
});

/** Starts a verb that goes on, and holds each event to the schema. */
function follow(t: TestContext, name: string, args: readonly string[]): FollowedSluice {
  const run = followSluice(args, { onEvent: (event) => hold(name, event) });
  t.after(() => run.kill());
  return run;
}

test('Live video: published, served, recorded, exported, sent to ingest', async (t) => {
  const { bootstrapServers } = await testBroker();
  const common = ['--bootstrap-servers', bootstrapServers, '--topic', uniqueTopic('live')];
  const folder = await temporaryFolder(t);
  const small = [
    '--size',
    '160x90',
    '--bitrate',
    '100k',
    '--preset',
    'ultrafast',
    '--segment-target',
    '1s',
    '--keyframe-interval',
    '1s',
  ];
  const server = follow(t, 'serve', ['serve', ...common, '--port', '0']);
  const publisher = follow(t, 'live-publish', [
    'live',
    'publish',
    ...common,
    '--stream',
    'cam',
    '--input',
    'test',
    ...small,
    '--metrics-port',
    '0',
  ]);
  const of = [...common, '--stream', 'cam'];
  const recorder = follow(t, 'live-record', ['live', 'record', ...of, '--out', join(folder, 'a.mp4')]);
  const exporter = follow(t, 'live-export', ['live', 'export', ...of, '--to', join(folder, 'out')]);
  const segment = ({ type }: JsonEvent) => type === 'segment';
  await Promise.all([publisher.event(segment, 'a segment'), exporter.event(segment, 'one that is exported')]);
  await server.event(({ type }) => type === 'stream', 'a stream');
  await recorder.event(({ type }) => type === 'progress', 'something recorded');
  const ingest = follow(t, 'ingest', ['ingest', ...common, '--rtmp-port', '0', ...small]);
  const { url } = (await ingest.event(({ type }) => type === 'listening', 'an address')) as JsonEvent & {
    url: string;
  };
  assert.match(url, /^rtmp:/);
  publisher.child.kill('SIGINT');
  await publisher.ended;
  await recorder.ended;
  for (const run of [server, exporter, ingest]) run.child.kill('SIGINT');
  await Promise.all([server.ended, exporter.ended, ingest.ended]);
  assert.deepEqual(faults, []);
  for (const type of ['started', 'progress', 'ended', 'figures', 'summary'])
    assert.ok(seen.get('live-publish')?.has(type), `live publish: ${type}`);
});
