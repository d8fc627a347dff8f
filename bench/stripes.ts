/**
 * `npm run bench:stripes -- [--size MB] [--pace MB/s] [--pairs N]`: one large file over three brokers, striped over 4 partitions and in one, in pairs. Each
 * broker stands behind a line of its own of so many MB/s in each direction (0: as fast as this machine is, whose processor all brokers share).
 * Says what sending and receiving took, and the ratio of each pair.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startBroker } from '../src/broker/broker.ts';
import { download } from '../src/files/download.ts';
import { upload } from '../src/files/upload.ts';
import { createKafka } from '../src/kafka/client.ts';
import { startCountingProxy } from '../test/support/counting-proxy.ts';
import { writeRandomFile } from '../test/support/files.ts';
import { inScope } from '../test/support/owner.ts';

const { values } = parseArgs({
  options: {
    size: { type: 'string', default: '2000' },
    pace: { type: 'string', default: '30' },
    pairs: { type: 'string', default: '3' },
  },
});
const [size, pairs] = [Number(values.size) * 1_000_000, Number(values.pairs)];
const pace = Number(values.pace) * 1_000_000 || Number.POSITIVE_INFINITY;

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  return hash.digest('hex');
}

await inScope(async (owner) => {
  const proxies = await Promise.all([0, 1, 2].map(() => startCountingProxy(pace)));
  for (const proxy of proxies) owner.after(() => proxy.close());
  const broker = await startBroker({
    brokers: 3,
    heapMegabytes: 256,
    listeners: { PROXIED: { protocol: 'PLAINTEXT', advertisedPorts: proxies.map(({ port }) => port) } },
  });
  owner.after(() => broker.stop());
  for (const [index, address] of broker.listeners.PROXIED!.split(',').entries())
    proxies[index]!.target(Number(address.split(':')[1]));
  const folder = await mkdtemp(join(tmpdir(), 'sluice-stripes-'));
  owner.after(() => rm(folder, { recursive: true, force: true }));
  const from = join(folder, 'from');
  await mkdir(from);
  await writeRandomFile(join(from, 'large'), size);
  const sent = await digestOf(join(from, 'large'));
  const properties = { 'bootstrap.servers': proxies.map(({ port }) => `127.0.0.1:${port}`).join(',') };

  let runs = 0;
  const once = async (isStriped: boolean): Promise<readonly [up: number, down: number]> => {
    const topic = `stripes-${runs++}`;
    const kafka = createKafka({ properties });
    await kafka.createTopic({ name: topic, partitions: 4, replicationFactor: 1, config: {} });
    await kafka.close();
    const common = { kafka: properties, topic, once: true } as const;
    const began = performance.now();
    const stripeAbove = isStriped ? 1_000_000 : 0;
    await upload({ ...common, from, name: 'bench', minAge: 0, compression: 'none', stripeAbove });
    const between = performance.now();
    const to = join(folder, topic);
    const { files, failed } = await download({ ...common, to, name: 'bench' });
    const ended = performance.now();
    const isRight = files === 1 && failed === 0 && (await digestOf(join(to, 'bench', 'large'))) === sent;
    if (!isRight) throw new Error('what came is not what was sent');
    await rm(to, { recursive: true });
    return [(between - began) / 1000, (ended - between) / 1000];
  };

  const line = pace === Number.POSITIVE_INFINITY ? 'lines without limit' : `lines of ${values.pace} MB/s`;
  console.log(`${values.size} MB, 4 partitions on 3 brokers, ${line}: seconds to send + to receive`);
  const ratios: (readonly [number, number])[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    // The order changes, so that neither always comes second.
    const first = await once(pair % 2 === 0);
    const second = await once(pair % 2 === 1);
    const [striped, plain] = pair % 2 === 0 ? [first, second] : [second, first];
    ratios.push([striped[0] / plain[0], striped[1] / plain[1]]);
    const text = ([up, down]: readonly [number, number]): string => `${up.toFixed(1)} + ${down.toFixed(1)}`;
    const total = (striped[0] + striped[1]) / (plain[0] + plain[1]);
    console.log(`striped ${text(striped)}, one partition ${text(plain)}: ${total.toFixed(2)}`);
  }
  for (const [index, what] of ['sending', 'receiving'].entries()) {
    const all = ratios.map((pair) => pair[index]!).toSorted((one, other) => one - other);
    const middle = all[Math.floor(all.length / 2)]!;
    console.log(`${what}: ${middle.toFixed(2)} (${all[0]!.toFixed(2)} to ${all.at(-1)!.toFixed(2)})`);
  }
});
