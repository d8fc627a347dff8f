/**
 * `npm run test:export-players`: real players before a stream that was exported to a folder behind nginx, and to a bucket that anybody may read: while it
 * lives, and after its end, when no Kafka is left. Exit code 1 when a player does not play one of them and known.ts does not say why.
 *
 *     npm run test:export-players -- [--player NAME ...] [--seconds 10]
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CreateBucketCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import type { Browser } from 'playwright-core';
import { startBroker } from '../../src/broker/broker.ts';
import { freePort } from '../../src/broker/ports.ts';
import { startChromium } from '../browser/browser.ts';
import { untilLive } from '../browser/stage.ts';
import { watchCell } from '../players/cell.ts';
import { files } from '../players/inputs/files.ts';
import { makeFilm, toneInput } from '../players/inputs/film.ts';
import { seed } from '../players/inputs/input.ts';
import { figuresOf, judge } from '../players/judge.ts';
import { pages } from '../players/pages/pages.ts';
import type { Player } from '../players/player.ts';
import { programs } from '../players/programs/programs.ts';
import { inScope, type Owner } from '../support/owner.ts';
import { startCommand } from '../support/process.ts';
import { startS3 } from '../support/s3.ts';
import { startSluice } from '../support/sluice.ts';
import { reasonNotToPlay } from './known.ts';

const { values } = parseArgs({
  options: {
    player: { type: 'string', multiple: true },
    seconds: { type: 'string', default: '10' },
  },
});
const say = (text: string): void => console.log(text);
/** Seconds of the film: its pictures are numbered up to 4095. */
const lasts = 130;
/** Pictures, as many as who plays in real time shows: fewer are no end, but a player that gave up. */
const leastRead = (): number => 30 * Number(values.seconds);
/** Players beside one another. */
const atOnce = 3;
const all: readonly Player[] = [...pages, ...programs].filter(({ address }) => address !== 'stream.mp4');
const players = all.filter(({ name }) => values.player?.includes(name) ?? true);

/** A folder and a bucket as viewers reach them: pages of other origins may read both. */
async function startWebServer(owner: Owner, folder: string, bucket: string): Promise<readonly string[]> {
  const taken = new Set<number>();
  const ports = [await freePort('127.0.0.1', taken), await freePort('127.0.0.1', taken)];
  const place = await mkdtemp(join(tmpdir(), 'sluice-nginx-'));
  owner.after(() => rm(place, { recursive: true, force: true }));
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const server = (port: number | undefined, from: string): string =>
    `server { listen 127.0.0.1:${port}; add_header Access-Control-Allow-Origin * always; add_header Access-Control-Expose-Headers Date; ${from} }`;
  const lines = [
    ...(process.getuid?.() === 0 ? ['user root;'] : []),
    'daemon off;',
    `pid ${join(place, 'nginx.pid')};`,
    'error_log stderr error;',
    'events {}',
    'http {',
    'include /etc/nginx/mime.types;',
    'access_log off;',
    ...temporary.map((name) => `${name}_temp_path ${join(place, name)};`),
    server(ports[0], `root ${folder};`),
    server(ports[1], `location / { proxy_pass ${bucket}; }`),
    '}',
  ];
  await writeFile(join(place, 'nginx.conf'), lines.join('\n'));
  const { child, finished } = startCommand('nginx', ['-p', place, '-c', join(place, 'nginx.conf')]);
  owner.after(async () => {
    child.kill('SIGTERM');
    await finished;
  });
  return ports.map((port) => `http://127.0.0.1:${port}`);
}

interface Playing {
  readonly when: 'live' | 'over';
  readonly stream: string;
  readonly players: readonly Player[];
  readonly places: readonly (readonly [name: string, server: string])[];
  readonly scratch: string;
  readonly chromium: Browser;
}

/** Plays both places by these players; resolves with what speaks against some. */
async function playAll({
  when,
  stream,
  players,
  places,
  scratch,
  chromium,
}: Playing): Promise<readonly string[]> {
  const { expected } = files.find(({ name }) => name === 'even')!;
  const bad: string[] = [];
  const cells = places.flatMap(([place, server]) => players.map((player) => ({ place, server, player })));
  const play = async (cell: (typeof cells)[number]): Promise<string | undefined> => {
    const { place, server, player } = cell;
    const watched = await watchCell({
      ...{ player, expected, server, stream },
      folder: join(scratch, `${when}-${place}-${player.name}-${performance.now()}`),
      browser: () => Promise.resolve(chromium),
      seconds: Number(values.seconds),
    });
    const { seen, share, stood } = figuresOf(watched, expected);
    const known = reasonNotToPlay(player.name, when);
    // What is over has an end, and who reads as fast as it can comes to it.
    const isRead =
      when === 'over' && watched.ended?.startsWith('exit code 0') === true && seen >= leastRead();
    const { ended: _, ...lasting } = watched;
    const faults = judge(isRead ? lasting : watched, expected, undefined);
    const says = faults.length === 0 ? 'plays' : faults.join('; ');
    const why = faults.length > 0 && known !== undefined ? ` (${known})` : '';
    say(
      `${when.padEnd(4)} ${place.padEnd(6)} ${player.name.padEnd(15)} ${says}${why}; ${seen} pictures, ${Math.round(100 * share)} %, longest still ${stood.toFixed(1)} s, ${watched.refused} requests refused`,
    );
    return faults.length === 0 || known !== undefined
      ? undefined
      : `${when} ${place} ${player.name}: ${says}`;
  };
  const again: (typeof cells)[number][] = [];
  const work = async (): Promise<void> => {
    for (let cell = cells.shift(); cell !== undefined; cell = cells.shift()) {
      if ((await play(cell)) !== undefined) again.push(cell);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  // What they lacked may have been the processor.
  for (const cell of again) {
    const fault = await play(cell);
    if (fault !== undefined) bad.push(fault);
  }
  return bad;
}

async function run(owner: Owner): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'sluice-export-'));
  owner.after(() => rm(scratch, { recursive: true, force: true, maxRetries: 5 }));
  const s3 = await startS3(owner);
  await s3.client.send(new CreateBucketCommand({ Bucket: 'live' }));
  const allow = { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::live/*' };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [allow] });
  await s3.client.send(new PutBucketPolicyCommand({ Bucket: 'live', Policy }));
  const root = join(scratch, 'root');
  await mkdir(join(root, 'live'), { recursive: true });
  const [folder = '', bucket = ''] = await startWebServer(owner, root, s3.endpoint);
  const places = [['folder', folder] as const, ['s3', bucket] as const];
  const film = await makeFilm({
    ...{ folder: scratch, name: 'film.mp4', width: 320, height: 180, rate: '30', seed },
    ...{ from: 0, until: 30 * lasts, inputs: toneInput(lasts) },
    args: [
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-crf',
      '20',
      '-pix_fmt',
      'yuv420p',
      '-c:a',
      'aac',
      '-shortest',
    ],
  });
  const broker = await startBroker();
  owner.after(() => broker.stop());
  const chromium = await startChromium();
  owner.after(() => chromium.close());
  const bad: string[] = [];
  const shows: Playing[] = [];
  for (let from = 0; from < players.length; from += atOnce) {
    const stream = `film-${from}`;
    const common = ['--bootstrap-servers', broker.bootstrapServers, '--stream', stream];
    const input = ['--input', film, '--bitrate', '500k', '--preset', 'ultrafast'];
    const publisher = startSluice(owner, ['live', 'publish', ...common, ...input]);
    const exporters = [
      startSluice(owner, ['live', 'export', ...common, '--to', join(root, 'live', stream)]),
      startSluice(owner, ['live', 'export', ...common, '--to', `s3://live/${stream}`], {
        env: s3.environment,
      }),
    ];
    for (const [, server] of places) await untilLive(server, stream, 4);
    const some = players.slice(from, from + atOnce);
    const show = { stream, players: some, places, scratch, chromium };
    bad.push(...(await playAll({ ...show, when: 'live' })));
    publisher.child.kill('SIGINT');
    for (const { finished } of exporters) {
      const { code, stderr } = await finished;
      if (code !== 0) throw new Error(stderr);
    }
    shows.push({ ...show, when: 'over' });
  }
  await broker.stop();
  for (const show of shows) bad.push(...(await playAll(show)));
  say(bad.length === 0 ? 'all play' : `these do not:\n${bad.join('\n')}`);
  if (bad.length > 0) process.exitCode = 1;
}

try {
  await inScope(run);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
