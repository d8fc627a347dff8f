/**
 * `npm run test:rolling`: everything that the chart installs is replaced, part by part, under load, by processes that are started, asked and ended
 * as the rendered chart says: its words, variables, probes, strategies and times. `-- --nodes 20 --viewers 100 --part serve --part ingest`
 */
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startBroker } from '../../../src/broker/broker.ts';
import { addKey } from '../../support/senders.ts';
import { waitFor } from '../../support/wait.ts';
import { render } from '../chart/helm.ts';
import { type Workload, workloadsOf } from '../chart/pods.ts';
import { Audience } from './audience.ts';
import { Controller, type Rollout } from './controllers.ts';
import { startDropping } from './droppers.ts';
import { type Place, placeOf } from './pod.ts';
import { judge, type Phase, phaseOf, report } from './report.ts';
import { startSending } from './sender.ts';
import { Service } from './service.ts';
import { Writers } from './writers.ts';

type Placing = (index: number) => Pick<Place, 'mounts' | 'services'>;

const { values: given } = parseArgs({
  options: {
    nodes: { type: 'string', default: '20' },
    viewers: { type: 'string', default: '100' },
    part: {
      type: 'string',
      multiple: true,
      default: ['uploader', 'downloader', 'serve', 'ingest', 'console'],
    },
  },
});
const [nodes, viewers] = [Number(given.nodes), Number(given.viewers)];

const folder = await mkdtemp(join(tmpdir(), 'sluice-rolling-'));
const faults: string[] = [];
const controllers: Controller[] = [];
const broker = await startBroker({ longRunning: true });
const services = { http: await Service.open(), rtmp: await Service.open(), console: await Service.open() };
const writers = new Writers();
let audience: Audience | undefined;
let sending: { stop(): Promise<void>; readonly starts: number } | undefined;
let dropping: { stop(): Promise<void>; readonly again: number } | undefined;
// Whoever ends this leaves no process behind.
process.on('exit', () => {
  for (const one of controllers) one.kill();
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));
const say = (text: string): void => void process.stderr.write(`${text}\n`);

try {
  const objects = await render({
    kafka: { bootstrapServers: broker.bootstrapServers },
    uploader: {
      enabled: true,
      topic: 'files',
      source: { hostPath: '/srv/outbox' },
      options: { 'min-age': 0, exclude: ['*.tmp'] },
    },
    downloader: {
      enabled: true,
      topic: 'files',
      replicas: 2,
      group: 'fill',
      sink: { existingClaim: 'inbox' },
    },
    serve: { enabled: true, replicas: 2, options: { 'max-per-address': 10_000 } },
    ingest: { enabled: true, options: { size: '160x90', bitrate: '100k', preset: 'ultrafast' } },
    console: { enabled: true, tokenKey: { existingSecret: 'console-key' }, spool: { enabled: true } },
  });
  const workload = (part: string): Workload =>
    workloadsOf(objects).find(({ metadata }) => metadata.name === `live-sluice-${part}`)!;
  const sink = join(folder, 'inbox');
  await mkdir(sink);
  const onFault = (fault: string): void => {
    faults.push(fault);
    say(`! ${fault}`);
  };
  const controller = (part: string, count: number, place: Placing): Controller => {
    const made = new Controller(workload(part), count, placing(place, part), onFault);
    controllers.push(made);
    return made;
  };
  const uploaders = controller('uploader', nodes, (index) => ({
    mounts: { '/from': join(folder, 'nodes', `node-${index}`) },
    services: {},
  }));
  const downloaders = controller('downloader', workload('downloader').spec.replicas ?? 1, () => ({
    mounts: { '/sink': sink },
    services: {},
  }));
  const servers = controller('serve', workload('serve').spec.replicas ?? 1, () => ({
    mounts: {},
    services: { http: services.http },
  }));
  const ingests = controller('ingest', workload('ingest').spec.replicas ?? 1, () => ({
    mounts: {},
    services: { rtmp: services.rtmp },
  }));

  const consoleKey = randomBytes(32).toString('hex');
  const keyFile = join(folder, 'console.key');
  await writeFile(keyFile, consoleKey);
  const consoles = controller('console', workload('console').spec.replicas ?? 1, () => ({
    mounts: { '/etc/sluice/console/console.key': keyFile, '/spool/files': join(folder, 'spool', 'files') },
    services: { http: services.console },
  }));

  say('starting');
  for (let node = 0; node < nodes; node += 1)
    writers.begin(`node-${node}`, join(folder, 'nodes', `node-${node}`));
  // A downloader is ready once its topic is there, which uploaders make.
  await Promise.all([ingests, servers, downloaders, uploaders, consoles].map((one) => one.start()));
  const key = await addKey(broker.bootstrapServers, 'live', 'cam');
  sending = startSending(`rtmp://127.0.0.1:${services.rtmp.port}/live/cam?key=${key}`);
  const page = `http://127.0.0.1:${services.http.port}/live/cam/index.m3u8`;
  const playlist = await waitFor(
    async () => {
      const response = await fetch(page).catch(() => undefined);
      const uri = response?.ok === true ? (await response.text()).match(/^[^#\s].*$/m)?.[0] : undefined;
      return uri === undefined ? undefined : new URL(uri, page).href;
    },
    { timeout: 60_000, what: 'a stream to be served' },
  );
  audience = new Audience(playlist, viewers);
  await audience.begun;
  dropping = startDropping({
    port: services.console.port,
    key: consoleKey,
    people: 2,
    onTaken: (path, bytes) => writers.wrote(path, bytes),
    onFault,
  });

  const phases: Phase[] = [];
  const during = async (name: string, work: () => Promise<Rollout | undefined>): Promise<void> => {
    say(name);
    audience?.reset();
    const rollout = await work();
    // What a viewer waits for comes a little later.
    await delay(5000);
    phases.push(phaseOf(name, audience!.figures(), rollout));
  };
  await during('nothing', async () => {
    await delay(15_000);
    return undefined;
  });
  const parts = [uploaders, downloaders, servers, ingests, consoles];
  for (const one of parts.filter(({ workload: { metadata } }) => isChosen(metadata.name)))
    await during(one.workload.metadata.name, () => one.roll());

  await writers.stop();
  await dropping.stop();
  const wanted = writers.written.size;
  say(`${wanted} files were written; waiting until the last has arrived`);
  let missing: readonly string[] = [];
  await waitFor(
    async () => {
      missing = await writers.missingAt(sink);
      return missing.length === 0;
    },
    { timeout: 120_000, what: 'all files to arrive', interval: 2000 },
  ).catch(() => {});
  const strangers = await writers.strangersAt(sink);
  const last = audience.figures();
  // What they meet when all of it ends is no concern of theirs.
  audience.stop();
  const ends = (await Promise.all(controllers.map((one) => one.stop()))).flat();
  const judged = {
    phases,
    wanted,
    missing,
    strangers,
    faults,
    fatal: last.allFatal,
    ends,
    starts: sending.starts,
    again: dropping.again,
  };
  process.stdout.write(report(judged, { nodes, viewers }));
  process.exitCode = judge(judged) ? 0 : 1;
} finally {
  for (const one of controllers) one.kill();
  await sending?.stop();
  await dropping?.stop();
  audience?.stop();
  for (const service of Object.values(services)) service.close();
  await writers.stop();
  await broker.stop();
  await rm(folder, { recursive: true, force: true });
}
setTimeout(() => process.exit(), 2000).unref();

function isChosen(name: string): boolean {
  return given.part.some((part) => name.endsWith(part));
}

/** Names of pods, as each kind of controller gives them. */
function placing(place: Placing, part: string) {
  return (index: number, generation: number) => {
    const name = part === 'downloader' ? `${part}-${index}` : `${part}-${generation}-${index}`;
    return placeOf(join(folder, 'pods'), name, { node: `node-${index}`, ...place(index) });
  };
}
