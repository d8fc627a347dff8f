/** The cluster: whether it answers, who it says it is, whether each of its brokers can be reached from here. */
import { describeError, UnreachableError } from '../../errors.ts';
import { judgeClock, judgeStateTopic, judgeTopic } from '../../files/shared/judge-topic.ts';
import type { Kafka } from '../../kafka/contract.ts';
import { KafkaError } from '../../kafka/contract.ts';
import { examineWay } from './broker-way.ts';
import type { Finding } from './finding.ts';

/**
 * Examines the cluster and, where one is named, the topic, and tells each thing as it is found: the next one may take its time. `isPlain`:
 * without TLS. Never rejects for what it is there to find.
 */
export async function* examineCluster(
  kafka: Kafka,
  bootstrapServers: string,
  topic: string | undefined,
  isPlain: boolean,
): AsyncGenerator<Finding> {
  try {
    const { clusterId, brokers, version } = await kafka.describeCluster();
    const release = version === undefined ? '' : `Kafka ${version}, `;
    const message = `${bootstrapServers} answers: ${release}cluster ${clusterId} of ${brokers.length === 1 ? '1 broker' : `${brokers.length} brokers`}`;
    yield { check: 'Kafka', status: 'ok', message };
    for (const found of await Promise.all(brokers.map((broker) => examineWay(broker, { isPlain }))))
      if (found !== undefined) yield found;
    if (topic === undefined) yield await nameTopics(kafka);
    else yield* await examineTopic(kafka, topic, brokers.length);
  } catch (error) {
    yield clusterFailure(error, bootstrapServers);
  }
}

function clusterFailure(error: unknown, bootstrapServers: string): Finding {
  const message = describeError(error);
  if (error instanceof UnreachableError) {
    const remedy = `start a broker with \`sluice broker start\`, or name yours with --bootstrap-servers (now ${bootstrapServers})`;
    return { check: 'Kafka', status: 'problem', message, remedy, unreachable: true };
  }
  if (error instanceof KafkaError && error.kind === 'authentication') {
    const remedy = 'check security.protocol, sasl.* and ssl.* in the --config file or the environment';
    return { check: 'Authentication', status: 'problem', message, remedy };
  }
  return { check: 'Kafka', status: 'problem', message };
}

async function examineTopic(kafka: Kafka, name: string, brokers: number): Promise<Finding[]> {
  try {
    const topic = await kafka.describeTopic(name);
    if (topic === undefined) {
      const message = `${name} does not exist yet; an upload creates it`;
      return [{ check: 'Topic', status: 'note', message }, await nameTopics(kafka)];
    }
    const state = `${name}.state`;
    return [
      ...judgeTopic(topic, brokers),
      judgeStateTopic(state, await kafka.describeTopic(state)),
      ...judgeClock(await newestTime(kafka, name), Date.now()),
    ];
  } catch (error) {
    const message = `${name}: ${describeError(error)}`;
    if (error instanceof UnreachableError) {
      const remedy =
        'see that its leader is well; where small things are answered and this is not, packets of full size may be lost on the way here (a VPN or tunnel with a smaller MTU)';
      return [{ check: 'Topic', status: 'problem', message, remedy }];
    }
    const remedy =
      `an uploader needs the rights Describe and Write on ${name}, Read and Write on ${name}.state; ` +
      `a downloader Read on ${name} and on the groups sluice-*`;
    return [{ check: 'Topic', status: 'problem', message, remedy }];
  }
}

/** Topics named at once; the others are counted. */
const namedTopics = 10;

/** The topics that this client may see: perhaps one of them was meant. */
async function nameTopics(kafka: Kafka): Promise<Finding> {
  const topics = (await kafka.listTopics()).filter((name) => !name.endsWith('.state'));
  const more = topics.length - namedTopics;
  const names = topics.slice(0, namedTopics).join(', ') + (more > 0 ? ` and ${more} more` : '');
  return { check: 'Topics', status: 'note', message: topics.length === 0 ? 'none yet' : names };
}

/** The time of the newest record of all partitions, milliseconds since the epoch. */
async function newestTime(kafka: Kafka, topic: string): Promise<number | undefined> {
  const [earliest, latest] = await Promise.all([
    kafka.offsets(topic, 'earliest'),
    kafka.offsets(topic, 'latest'),
  ]);
  const filled = [...latest].filter(([partition, end]) => end > (earliest.get(partition) ?? 0));
  if (filled.length === 0) return undefined;
  const consumer = kafka.consumer({
    topic,
    from: new Map(filled.map(([partition, end]) => [partition, end - 1])),
    until: new Map(filled),
    onGap: () => {},
  });
  let newest: number | undefined;
  for await (const batch of consumer) {
    for (const { timestamp } of batch.records) newest = Math.max(newest ?? timestamp, timestamp);
    batch.release();
  }
  return newest;
}
