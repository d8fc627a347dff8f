/**
 * A downloader under observation: `node child.ts BOOTSTRAP TOPIC SINK MARKS`. Before it commits positions it appends them to
 * MARKS, a line of JSON each time, so that they stand in the same log as what it does to the disk.
 */
import { appendFileSync } from 'node:fs';
import { downloadTo } from '../../src/files/download.ts';
import { createKafka } from '../../src/kafka/client.ts';
import { silentLogger } from '../../src/log.ts';
import { openDiskSink } from '../../src/stores/disk/sink.ts';

const [bootstrap = '', topic = '', to = '', marks = ''] = process.argv.slice(2);
const properties = { 'bootstrap.servers': bootstrap };
const sink = await openDiskSink(to);
const kafka = createKafka({ properties, clientId: 'powercut', logger: silentLogger });
const commit: typeof kafka.commit = async (group, topicName, positions) => {
  appendFileSync(marks, `${JSON.stringify({ group, positions: [...positions] })}\n`);
  await kafka.commit(group, topicName, positions);
};
// Often, so that positions are committed in the middle of what is being published.
const options = { kafka: properties, topic, to, once: true, commitInterval: 20 };
const { files, failed } = await downloadTo({ ...kafka, commit }, sink, options);
await sink.close();
await kafka.close();
console.log(JSON.stringify({ files, failed }));
