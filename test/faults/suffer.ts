/** Runs one row: traffic, the fault, traffic again, and the account. */
import { createKafka } from '../../src/kafka/client.ts';
import { uniqueName, uniqueTopic } from '../support/unique.ts';
import { waitFor } from '../support/wait.ts';
import { isSound } from './account.ts';
import { levers } from './levers.ts';
import { type MemoryReport, watchMemory } from './memory.ts';
import type { FaultRow, Scene } from './row.ts';
import { type Outcome, Traffic } from './traffic.ts';
import { isWhole } from './witness.ts';

/** Where a row runs. */
export interface Place extends Pick<Scene, 'nodes' | 'proxies' | 'toxiproxy' | 'witness' | 'say'> {
  /** `host:port,...` by the row's way. */
  readonly bootstrap: string;
  readonly partitions: number;
  readonly replicationFactor: number;
}

export interface Suffered {
  readonly outcome: Outcome;
  /** Seconds from the mending until traffic flowed through every partition again. */
  readonly flowedAfter: number;
  readonly memory: MemoryReport;
  /** What is wrong; none: passed. */
  readonly faults: readonly string[];
}

const flowsWithin = 20;
const interval = 20;
/** Records that have gone through before the fault, and after it. */
const calm = 500;
/** What may live after a fault that did not before: the account itself, and what V8 keeps of code that has run. */
const heldGrowth = 16e6;
const metadataMaxAge = 2000;

export async function suffer(row: FaultRow, place: Place): Promise<Suffered> {
  const { bootstrap, partitions, replicationFactor, witness } = place;
  const topic = uniqueTopic('faults');
  const clientId = uniqueName('faults');
  const properties = { ...row.properties, 'bootstrap.servers': bootstrap };
  const client = () => createKafka({ properties, clientId, metadataMaxAge });
  const [writer, reader, creator] = [
    client(),
    client(),
    createKafka({ properties: { 'bootstrap.servers': witness } }),
  ];
  const admin = levers(witness);
  const faults: string[] = [];
  const startTraffic = (after: number) =>
    new Traffic(writer, reader, { topic, partitions, interval, after, witness, ...row.traffic });
  const createTopic = () =>
    creator.createTopic({ name: topic, partitions, replicationFactor, config: row.config ?? {} });
  const whole = () =>
    waitFor(() => isWhole(witness, topic), { timeout: 120_000, interval: 500, what: 'all replicas in step' });
  try {
    await createTopic();
    await whole();
    let traffic = startTraffic(0);
    try {
      await traffic.flows();
      await traffic.progress(row.traffic?.interval === undefined ? calm : calm / 10);
      const memoryReport = watchMemory();
      const scene = {
        ...place,
        topic,
        clientId,
        traffic,
        levers: admin,
        createTopic,
        startTraffic,
        blame: (text: string) => void faults.push(text),
      };
      traffic = (await row.run(scene)) ?? traffic;
      const flowedAfter = await traffic.flows();
      await traffic.progress(row.traffic?.interval === undefined ? calm : calm / 10);
      await traffic.stop();
      const memory = memoryReport();
      const outcome = await traffic.finish();
      // The next row is to find the cluster as this one did.
      await whole();
      return {
        outcome,
        flowedAfter,
        memory,
        faults: [...faults, ...offences(row, outcome, flowedAfter, memory)],
      };
    } catch (error) {
      void traffic.abandon();
      throw error;
    }
  } finally {
    await Promise.all([writer.close(), reader.close(), creator.close()]);
    await admin.deleteTopic(topic).catch(() => {});
    await admin.close();
  }
}

function offences(row: FaultRow, outcome: Outcome, flowedAfter: number, memory: MemoryReport): string[] {
  const faults: string[] = [];
  if (!isSound(outcome)) faults.push('records are not as they were promised');
  if (flowedAfter > (row.flowsWithin ?? flowsWithin))
    faults.push(`traffic flowed again only after ${flowedAfter.toFixed(1)} s`);
  if (memory.growth > heldGrowth)
    faults.push(`${(memory.growth / 1e6).toFixed(1)} MB more were held after it`);
  return faults;
}
