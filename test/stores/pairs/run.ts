/**
 * `npm run test:pairs`: from every store to every store. A tree of odd sizes and names is put into each by another program, sent from there
 * by a topic of its own, and fetched from that into each; what stands there is digested by another program again. Exit code 1 when
 * anything is not the same.
 *
 *     npm run test:pairs -- [--files 1000] [--large 300] [--only NAME]
 *
 * `--large`: MB of the largest file; `--only`: from and to this one alone (folder, s3, azblob, gs, hdfs).
 */
import { parseArgs } from 'node:util';
import { startBroker } from '../../../src/broker/broker.ts';
import { noise, sha256 } from '../../support/bytes.ts';
import { inScope } from '../../support/owner.ts';
import { followSluice } from '../../support/sluice-events.ts';
import { type StorePlace, startPlaces } from './places.ts';

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '1000' },
    large: { type: 'string', default: '300' },
    only: { type: 'string' },
  },
});

/** Where packs end and chunks begin, where ranges and parts do. */
const mebibyte = 1024 * 1024;
const edges = [0, 1, 4096, 256 * 1024, 256 * 1024 + 1, mebibyte, 2 * mebibyte, 2 * mebibyte + 1];
const partEdges = [5 * mebibyte - 1, 5 * mebibyte, 5 * mebibyte + 1, 8 * mebibyte, 10 * mebibyte];
/** What every one of the stores can hold. */
const names = [
  '写真/富士山.jpg',
  'a b+c%20&.txt',
  "it's (1).png",
  '#1/?=x',
  'é.txt',
  'e\u0301.txt',
  `${'n'.repeat(200)}`,
];

function tree(): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (const size of [...edges, ...partEdges]) files.set(`edges/${size}`, noise(size));
  for (const name of names) files.set(`names/${name}`, noise(100));
  files.set('large.bin', noise(Number(values.large) * 1_000_000));
  for (let file = 0; files.size < Number(values.files); file++)
    files.set(`many/${file % 17}/${file}`, noise((file * 37) % 9000));
  return files;
}

interface Outcome {
  readonly pair: string;
  readonly faults: readonly string[];
  readonly seconds: number;
  readonly peakMegabytes: number;
}

const outcomes: Outcome[] = [];

await inScope(async (owner) => {
  const broker = await startBroker();
  owner.after(() => broker.stop());
  const all = await startPlaces(owner);
  const places = all.filter(({ name }) => values.only === undefined || name === values.only);
  const reach = { SLUICE_BOOTSTRAP_SERVERS: broker.bootstrapServers };
  const files = tree();
  const expected = new Map([...files].map(([path, bytes]) => [path, sha256(bytes)]));
  for (const from of places) {
    for (const [path, bytes] of files) await from.put(`in/${path}`, bytes);
    const topic = `from-${from.name}`;
    await send(from, { ...reach, ...from.environment, SLUICE_TOPIC: topic });
    for (const to of places)
      await fetch(from, to, { ...reach, ...to.environment, SLUICE_TOPIC: topic }, expected);
  }
});

async function send(from: StorePlace, env: Record<string, string>): Promise<void> {
  const args = ['upload', '--from', from.url('in'), '--name', 'store', '--once', '--min-age', '0'];
  const { code, stderr, summary, seconds, peakMemory } = await followSluice(args, { env }).ended;
  const faults = code === 0 ? [] : [`it ended with ${code}: ${stderr}`];
  if (summary?.files !== Number(values.files)) faults.push(`${summary?.files} files were sent`);
  tell({ pair: `${from.name} -> topic`, faults, seconds, peakMegabytes: peakMemory / 1e6 });
}

async function fetch(
  from: StorePlace,
  to: StorePlace,
  env: Record<string, string>,
  expected: ReadonlyMap<string, string>,
): Promise<void> {
  const folder = `from-${from.name}`;
  const received = new Map<string, number>();
  const args = ['download', '--to', to.url(folder), '--name', 'pairs', '--once'];
  const onEvent = ({ type, path }: Readonly<Record<string, unknown>>): void => {
    if (type === 'received') received.set(String(path), (received.get(String(path)) ?? 0) + 1);
  };
  const { code, stderr, seconds, peakMemory } = await followSluice(args, { env, onEvent }).ended;
  const faults = code === 0 ? [] : [`it ended with ${code}: ${stderr}`];
  const found = await to.digests(`${folder}/store`);
  for (const [path, digest] of expected) {
    if (found[path] !== digest)
      faults.push(`${path} ${found[path] === undefined ? 'is missing' : 'is another'}`);
    if (received.get(path) !== 1) faults.push(`${path} was received ${received.get(path) ?? 0} times`);
  }
  for (const path of Object.keys(found)) if (!expected.has(path)) faults.push(`${path} was never sent`);
  tell({ pair: `${from.name} -> ${to.name}`, faults, seconds, peakMegabytes: peakMemory / 1e6 });
}

function tell(outcome: Outcome): void {
  outcomes.push(outcome);
  const { pair, faults, seconds, peakMegabytes } = outcome;
  const said = faults.length === 0 ? 'the same' : `${faults.length} faults: ${faults.slice(0, 5).join('; ')}`;
  console.log(
    `${pair.padEnd(18)} ${seconds.toFixed(1).padStart(6)} s ${peakMegabytes.toFixed(0).padStart(4)} MB  ${said}`,
  );
}

if (outcomes.some(({ faults }) => faults.length > 0)) process.exitCode = 1;
