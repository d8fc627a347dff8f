/**
 * `npm run bench:pace`: how true `--bandwidth` is at the wire, and how long an urgent file takes behind a heap of others.
 *
 *     npm run bench:pace -- [bandwidth] [urgent] [--seconds 60] [--small 10000] [--large 2000] [--place DIR]
 *
 * Bandwidth: a proxy between the client and the broker counts all bytes of all connections, ten times a second; each span of five seconds
 * is held against what the limits in force allow in it, from two seconds after the first byte to the last but one second. Urgent: the
 * time from a file's rename into the source to its final name at the sink, while small files (4 kB each) and a large one (MB) wait or go.
 */
import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type RunningBroker, startBroker } from '../src/broker/broker.ts';
import { type CountingProxy, startCountingProxy } from '../test/support/counting-proxy.ts';
import { writeRandomFile } from '../test/support/files.ts';
import { runSluice } from '../test/support/sluice.ts';
import { type FollowedSluice, followSluice } from '../test/support/sluice-events.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '60' },
    small: { type: 'string', default: '10000' },
    large: { type: 'string', default: '2000' },
    place: { type: 'string', default: tmpdir() },
  },
});
const seconds = Number(values.seconds);
const [small, large] = [Number(values.small), Number(values.large) * 1e6];
if (!(seconds >= 20 && small > 0 && large > 0))
  throw new Error('--seconds is at least 20, --small and --large more than 0');

const has = (name: string): boolean => positionals.length === 0 || positionals.includes(name);

/** The spans that are judged, in seconds. */
const span = 5;

/** A limit from a moment on: bytes a second, and milliseconds of `Date.now()`. */
interface Limit {
  readonly from: number;
  readonly rate: number;
}

/** What limits allow between two moments. Pure. */
function allowed(limits: readonly Limit[], from: number, to: number): number {
  return limits.reduce((sum, { from: begin, rate }, at) => {
    const end = limits[at + 1]?.from ?? Number.POSITIVE_INFINITY;
    return sum + (rate * Math.max(0, Math.min(to, end) - Math.max(from, begin))) / 1000;
  }, 0);
}

interface Sample {
  readonly at: number;
  readonly bytes: number;
}

/** The least and the most that any span carried, by what was allowed in it. Pure. */
function judge(
  samples: readonly Sample[],
  limits: readonly Limit[],
): { least: number; most: number; spans: number } {
  const first = samples.find(({ bytes }) => bytes > (samples[0]?.bytes ?? 0) + 20_000);
  const last = samples.findLastIndex(({ bytes }, at) => bytes > (samples[at - 1]?.bytes ?? bytes) + 5_000);
  if (first === undefined) throw new Error('nothing went over the wire');
  const judged = samples.slice(0, last + 1).filter(({ at }) => at >= first.at + 2000);
  const end = (judged.at(-1)?.at ?? 0) - 1000;
  const shares: number[] = [];
  for (const begin of judged) {
    const close = judged.find(({ at }) => at >= begin.at + span * 1000);
    if (close === undefined || close.at > end) break;
    shares.push((close.bytes - begin.bytes) / allowed(limits, begin.at, close.at));
  }
  return { least: Math.min(...shares), most: Math.max(...shares), spans: shares.length };
}

async function sampled(
  proxy: CountingProxy,
  direction: 'sent' | 'received',
  run: FollowedSluice,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  const timer = setInterval(() => samples.push({ at: Date.now(), bytes: proxy[direction] }), 100);
  try {
    const { code, stderr } = await run.ended;
    if (code !== 0) throw new Error(`it ended with ${code}: ${stderr}`);
    return samples;
  } finally {
    clearInterval(timer);
  }
}

const folder = await mkdtemp(join(values.place, 'sluice-pace-'));
const proxy = await startCountingProxy();
const broker: RunningBroker = await startBroker({
  listeners: { PROXIED: { protocol: 'PLAINTEXT', advertisedPorts: [proxy.port] } },
});
proxy.target(Number(broker.listeners.PROXIED!.split(':')[1]));

async function bandwidth(): Promise<void> {
  const from = join(folder, 'paced');
  await mkdir(from);
  // Two files, so that a file's end is met as well; of noise, so that nothing is made smaller.
  for (const half of [1, 2]) await writeRandomFile(join(from, `${half}.bin`), (seconds * 1e6) / 2);
  const reach = (topic: string): string[] => [
    '--topic',
    topic,
    '--bootstrap-servers',
    `127.0.0.1:${proxy.port}`,
    '--once',
  ];
  const up = (...more: string[]): string[] => [
    'upload',
    '--from',
    from,
    '--name',
    'bench',
    '--min-age',
    '0',
    ...more,
  ];
  const down = (to: string, ...more: string[]): string[] => [
    'download',
    '--to',
    join(folder, to),
    '--name',
    to,
    ...more,
  ];
  const row = (what: string, samples: readonly Sample[], limits: readonly Limit[]): void => {
    const { least, most, spans } = judge(samples, limits);
    console.log(`| ${what} | ${(100 * least).toFixed(1)} % | ${(100 * most).toFixed(1)} % | ${spans} |`);
  };
  console.log(`Bandwidth: bytes at the wire in any ${span} s, by what is allowed in them.\n`);
  console.log('| | least | most | spans |\n|---|---|---|---|');
  const always = [{ from: 0, rate: 1e6 }];
  const limit = ['--bandwidth', '1MB'];
  row(
    'upload, 1 MB/s',
    await sampled(proxy, 'sent', followSluice([...up(...limit), ...reach('one')])),
    always,
  );
  row(
    'download, 1 MB/s',
    await sampled(proxy, 'received', followSluice([...down('a', ...limit), ...reach('one')])),
    always,
  );

  // The timetable changes at a full minute, some 15 to 45 s from now.
  const minute = Math.ceil((Date.now() + 15_000) / 60_000) * 60_000;
  if (minute - Date.now() > 45_000) await pause(minute - Date.now() - 45_000);
  const clock = (at: number): string => new Date(at).toISOString().slice(11, 16);
  const table = [`${clock(minute - 60_000)},500kB`, `${clock(minute)},2MB`].join(' ');
  const changes = [
    { from: 0, rate: 5e5 },
    { from: minute, rate: 2e6 },
  ];
  const byTable = ['--bandwidth', table, '--time-zone', 'UTC'];
  row(
    'upload, 500 kB/s, from a full minute on 2 MB/s',
    await sampled(proxy, 'sent', followSluice([...up(...byTable), ...reach('two')])),
    changes,
  );

  const config = join(folder, 'sluice.properties');
  await writeFile(config, 'sluice.bandwidth=500kB\n');
  const run = followSluice([...down('b', '--config', config), ...reach('one')]);
  const samples = sampled(proxy, 'received', run);
  await pause(20_000);
  await writeFile(config, 'sluice.bandwidth=2MB\n');
  const told = Date.now();
  run.child.kill('SIGHUP');
  row('download, 500 kB/s, 2 MB/s by SIGHUP', await samples, [
    { from: 0, rate: 5e5 },
    { from: told, rate: 2e6 },
  ]);
}

/** Seconds from the rename of an urgent file to its final name at the sink, a number for each. */
async function urgent(what: string, ...limit: string[]): Promise<void> {
  const [from, to, aside] = ['from', 'to', 'aside'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await Promise.all(
    [from, to, aside, join(from, 'urgent'), join(from, 'many')].map((path) =>
      mkdir(path, { recursive: true }),
    ),
  );
  const topic = `urgent-${limit.length}`;
  const reach = ['--topic', topic, '--bootstrap-servers', broker.bootstrapServers];
  const made = await runSluice(['upload', '--from', from, '--name', 'bench', '--once', ...reach]);
  if (made.code !== 0) throw new Error(made.stderr);
  await writeRandomFile(join(from, 'large.bin'), large);
  const bytes = Buffer.alloc(4096, 'x');
  for (let n = 0; n < small; n++) await writeFile(join(from, 'many', `${n}`), bytes);
  const underWay = Promise.withResolvers<void>();
  const downloader = followSluice(['download', '--to', to, ...reach]);
  await downloader.event(({ type }) => type === 'started', 'the downloader');
  const order = ['--first', 'urgent/**', '--min-age', '0', '--order', 'oldest', '--not-twice', 'never'];
  const uploader = followSluice(['upload', '--from', from, '--name', 'bench', ...order, ...limit, ...reach], {
    onEvent: ({ type }) => void (type === 'progress' && underWay.resolve()),
  });
  const times: number[] = [];
  try {
    await underWay.promise;
    for (let n = 0; n < 10; n++) {
      await writeFile(join(aside, `${n}`), `urgent ${n}`);
      await rename(join(aside, `${n}`), join(from, 'urgent', `${n}`));
      const begin = performance.now();
      while ((await stat(join(to, 'bench', 'urgent', `${n}`)).catch(() => undefined)) === undefined) {
        if (performance.now() - begin > 60_000)
          throw new Error('an urgent file has not come within a minute');
        await pause(10);
      }
      times.push((performance.now() - begin) / 1000);
    }
    const whole = await stat(join(to, 'bench', 'large.bin')).catch(() => undefined);
    const state = whole === undefined ? 'under way' : 'there already';
    console.log(`| ${what} | ${times.map((time) => time.toFixed(2)).join(', ')} | ${state} |`);
  } finally {
    await uploader.kill();
    await downloader.kill();
    await Promise.all([from, to, aside].map((path) => rm(path, { recursive: true, force: true })));
  }
}

async function urgentRows(): Promise<void> {
  console.log(
    `\nUrgent: ten files, one after the other, behind ${small} of 4 kB and one of ${large / 1e6} MB; seconds from rename to final name.\n`,
  );
  console.log('| | seconds | the large one afterwards |\n|---|---|---|');
  await urgent('no limit');
  await urgent('--bandwidth 5MB', '--bandwidth', '5MB');
}

try {
  if (has('bandwidth')) await bandwidth();
  if (has('urgent')) await urgentRows();
} finally {
  await broker.stop();
  await proxy.close();
  await rm(folder, { recursive: true, force: true });
}
