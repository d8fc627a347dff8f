/** What strangers come to: Kafka, `sluice ingest` with all of its ports, `sluice serve`, three healthy senders and a viewer. */
import { startBroker } from '../../src/broker/broker.ts';
import { freePort } from '../../src/broker/ports.ts';
import { makeAuthority } from '../support/certificates.ts';
import type { Owner } from '../support/owner.ts';
import { addKey, type StartedIngest, startIngest, startSender } from '../support/senders.ts';
import { startSluice } from '../support/sluice.ts';
import { waitFor } from '../support/wait.ts';
import { startWhipSender } from '../support/whip-sender.ts';
import { LogCount } from './log-count.ts';
import { PartsWatch } from './parts-watch.ts';
import { Viewer } from './viewer.ts';

export const kinds = ['rtmp', 'rtmps', 'srt', 'whip', 'whip-udp', 'figures', 'serve'] as const;
export type Kind = (typeof kinds)[number];

/** Where a kind of strangers comes to. */
export interface Place {
  readonly port: number;
  readonly process: Watched;
}

/** A process that they come to. */
export interface Watched {
  readonly name: string;
  readonly pid: number;
  readonly log: LogCount;
}

export interface Ground {
  readonly places: Readonly<Record<Kind, Place>>;
  readonly processes: readonly Watched[];
  readonly streams: readonly string[];
  readonly watch: PartsWatch;
  readonly viewer: Viewer;
  /** Ends the senders, then the processes: in good order, or it rejects. */
  readonly end: () => Promise<void>;
}

const topic = 'live';

export async function standUp(owner: Owner): Promise<Ground> {
  const broker = await startBroker({ longRunning: true });
  owner.after(() => broker.stop());
  const { bootstrapServers } = broker;
  const authority = await makeAuthority('hostile');
  owner.after(() => authority.remove());
  const { certificate, key: file } = await authority.issue('localhost', ['IP:127.0.0.1']);
  const tls = ['--tls-cert', certificate, '--tls-key', file];
  const figures = ['--metrics-port', '0', '--log-level', 'info'];
  const tcp = startIngest(owner, bootstrapServers, topic, [
    '--rtmps-port',
    '0',
    '--srt-port',
    '0',
    ...tls,
    ...figures,
  ]);
  const key = await addKey(bootstrapServers, topic, '*');
  // With a certificate it would be HTTPS: in the clear both ways come to their turn.
  const web = startIngest(owner, bootstrapServers, topic, ['--whip-port', '0', ...figures]);
  const [first, second] = [watched('ingest', tcp), watched('ingest of WHIP', web)];
  const servePort = await freePort('127.0.0.1', new Set());
  const url = `http://127.0.0.1:${servePort}`;
  const { child } = startSluice(owner, [
    ...['serve', '--bootstrap-servers', bootstrapServers, '--topic', topic, '--port', String(servePort)],
  ]);
  const serve: Watched = { name: 'serve', pid: child.pid ?? 0, log: new LogCount(child) };
  const ports = { rtmp: await tcp.port('rtmp'), srt: await tcp.port('srt'), whip: await web.port('whip') };
  const watch = await PartsWatch.start(owner, bootstrapServers, topic);
  const senders = [
    startSender(owner, `rtmp://127.0.0.1:${ports.rtmp}/live/rtmp?key=${key}`),
    startSender(owner, `srt://127.0.0.1:${ports.srt}?streamid=srt?key=${key}`),
    await startWhipSender(owner, `http://127.0.0.1:${ports.whip}/whip/whip`, key),
  ];
  const streams = ['rtmp', 'srt', 'whip'];
  for (const stream of streams)
    await (stream === 'whip' ? web : tcp).of(
      stream,
      ({ type, media }) => type === 'segment' && media === 3,
      `segment 3 of ${stream}`,
    );
  const playlist = `${url}/live/rtmp/index.m3u8`;
  const isServed = async () => (await fetch(playlist)).ok;
  await waitFor(isServed, { what: 'a playlist', timeout: 180_000, interval: 500 });
  return {
    places: {
      rtmp: { port: ports.rtmp, process: first },
      rtmps: { port: await tcp.port('rtmps'), process: first },
      srt: { port: ports.srt, process: first },
      figures: { port: await figuresPort(tcp), process: first },
      whip: { port: ports.whip, process: second },
      'whip-udp': { port: ports.whip, process: second },
      serve: { port: servePort, process: serve },
    },
    processes: [first, second, serve],
    streams,
    watch,
    viewer: new Viewer(owner, playlist),
    async end() {
      for (const sender of senders) await sender.stop();
      for (const [index, { run, of }] of [tcp, web].entries()) {
        for (const stream of index === 0 ? ['rtmp', 'srt'] : ['whip'])
          await of(stream, ({ type }) => type === 'ended', `the end of ${stream}`);
        run.child.kill('SIGTERM');
        const { code, stderr } = await run.ended;
        if (code !== 0) throw new Error(`exit code ${code}: ${stderr.slice(-2000)}`);
      }
    },
  };
}

function watched(name: string, { run }: StartedIngest): Watched {
  return { name, pid: run.child.pid ?? 0, log: new LogCount(run.child) };
}

async function figuresPort({ run }: StartedIngest): Promise<number> {
  const { url } = await run.event(({ type }) => type === 'figures', 'its figures');
  return Number(new URL(String(url)).port);
}
