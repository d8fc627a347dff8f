/** Faults of live video, and those of a cluster that stands still. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { freePort } from '../../../src/broker/ports.ts';
import { openPage } from '../../browser/browser.ts';
import { untilPlaying } from '../../browser/player.ts';
import { untilLive } from '../../browser/stage.ts';
import type { Owner } from '../../support/owner.ts';
import { addKey } from '../../support/senders.ts';
import { waitFor } from '../../support/wait.ts';
import type { Fault } from './fault.ts';
import { fileOf, type Ground } from './ground.ts';
import { taken } from './prometheus.ts';

const picture = ['--size', '320x180', '--bitrate', '200k', '--rate', '30', '--preset', 'ultrafast'];
const publish = (servers: string, stream: string, more: readonly string[] = []) => [
  ...['live', 'publish', '--bootstrap-servers', servers, '--stream', stream, '--input', 'test'],
  ...['--segment-target', '1s', ...picture, ...more],
];

/** Processes below one, by its number, whose program has that name. */
async function childrenOf(pid: number | undefined, program: string): Promise<readonly number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    const [, of = '', above] = /^\d+ \((.*)\) \S (\d+)/.exec(stat) ?? [];
    if (of === program && Number(above) === pid) found.push(Number(name));
  }
  return found;
}

export async function failingEncoder(_owner: Owner, ground: Ground): Promise<Fault> {
  const process = await ground.start('studio', publish(ground.broker.bootstrapServers, 'studio'));
  let timer: NodeJS.Timeout | undefined;
  const killOne = async () => {
    for (const pid of await childrenOf(process.command.child.pid, 'ffmpeg'))
      global.process.kill(pid, 'SIGKILL');
  };
  return {
    what: 'an encoder is killed every 4 s; it is left alone',
    alerts: [['SluicePublisherRestarts', { instance: 'studio' }]],
    async make() {
      timer = setInterval(() => void killOne().catch(() => {}), 4000);
    },
    async mend() {
      clearInterval(timer);
    },
  };
}

/** A stream goes to our own ingest, by RTMP. */
export async function lostTarget(_owner: Owner, ground: Ground): Promise<Fault> {
  const servers = ground.broker.bootstrapServers;
  const port = await freePort('127.0.0.1', taken);
  const args = ['ingest', '--bootstrap-servers', servers, '--topic', 'taken', '--host', '127.0.0.1'];
  const target = await ground.start('ingest', [
    ...args,
    '--rtmp-port',
    String(port),
    '--preset',
    'ultrafast',
  ]);
  const key = await addKey(servers, 'taken', 'again');
  const to = `rtmp://127.0.0.1:${port}/live/again?key=${key}`;
  await ground.start('pushed', publish(servers, 'pushed'));
  await ground.start('push', [
    'live',
    'push',
    '--bootstrap-servers',
    servers,
    '--stream',
    'pushed',
    '--to',
    to,
  ]);
  // Whoever was never there is not lost.
  const isTaken = async () => (await ground.prometheus.samples('sluice_push_connected == 1', 3)) > 0;
  await waitFor(isTaken, { timeout: 300_000, interval: 500, what: 'the platform to take the stream' });
  return {
    what: 'the platform that a stream is pushed to is killed; it is started again',
    alerts: [['SluicePushTargetAway', { instance: 'push' }]],
    make: () => target.kill(),
    mend: async () => target.again(),
  };
}

/** All that works through the other cluster, which is stopped for a while. */
export async function stoppedCluster(t: TestContext, ground: Ground): Promise<Fault> {
  const servers = ground.other.bootstrapServers;
  const [from, out] = [await ground.folder('silent'), await ground.folder('out')];
  const upload = ['upload', '--bootstrap-servers', servers, '--topic', 'files', '--name', 'silent'];
  await ground.start('silent', [...upload, '--from', from, '--min-age', '0']);
  await ground.start('publish', publish(servers, 'cam', ['--spool', '1MB']));
  const read = (verb: string, to: string) => [
    'live',
    verb,
    '--bootstrap-servers',
    servers,
    '--stream',
    'cam',
    ...(verb === 'record' ? ['--out', to] : verb === 'export' ? ['--to', to] : []),
  ];
  for (const verb of ['export', 'record', 'play'])
    await ground.start(verb, read(verb, join(out, `${verb}.mp4`)));
  const port = await freePort('127.0.0.1', taken);
  await ground.start('serve', ['serve', '--bootstrap-servers', servers, '--port', String(port)]);
  const url = `http://127.0.0.1:${port}`;
  // A dozen programs start at once.
  const isThere = async () => (await fetch(`${url}/live/cam/index.m3u8`)).ok;
  await waitFor(isThere, { timeout: 300_000, interval: 500, what: 'a server that has the stream' });
  await untilLive(url, 'cam');
  const page = await openPage(t);
  await page.goto(`${url}/?stream=cam`);
  await untilPlaying(page, 'the stream');
  const signal = async (name: NodeJS.Signals) => {
    for (const node of ground.other.nodes) await node.kill(name);
  };
  return {
    what: 'the brokers are stopped; they go on',
    alerts: [
      ['SluiceUploaderSilent', { instance: 'silent' }],
      ['SluiceWaiting', { instance: 'silent', on: 'kafka' }],
      ['SluiceStreamWithoutParts', { instance: 'publish' }],
      ['SluiceSpoolFilling', { instance: 'publish' }],
      ['SluiceExportBehind', { instance: 'export' }],
      ['SluiceViewersStall', { stream: 'cam' }],
    ],
    async make() {
      await signal('SIGSTOP');
      await fileOf(from, 'waits', 100_000);
    },
    mend: () => signal('SIGCONT'),
  };
}
