import { createKafka } from '../../src/kafka/client.ts';
import { kafkaContract } from '../contracts/kafka.ts';
import { administrator } from '../support/administrator.ts';
import { testBroker } from '../support/broker.ts';

kafkaContract('The real client', async (t) => {
  const { bootstrapServers } = await testBroker();
  const kafka = createKafka({ properties: { 'bootstrap.servers': bootstrapServers }, metadataMaxAge: 300 });
  t.after(() => kafka.close());
  return { kafka, ...administrator(t, bootstrapServers) };
});
