/** A broker that is reached through a proxy alone, which may change what it answers. */
import type { TestContext } from 'node:test';
import { startBroker } from '../../src/broker/broker.ts';
import { createKafka, type KafkaOptions } from '../../src/kafka/client.ts';
import type { Kafka } from '../../src/kafka/contract.ts';
import { type RewritingProxy, startRewritingProxy } from './rewriting-proxy.ts';

export interface ProxiedBroker {
  readonly proxy: RewritingProxy;
  /** A client through the proxy. */
  client(options?: Partial<KafkaOptions>): Kafka;
  /** A client that the broker answers itself. */
  witness(): Kafka;
}

/** Until the test ends. */
export async function proxiedBroker(
  t: TestContext,
  properties: Readonly<Record<string, string>> = {},
): Promise<ProxiedBroker> {
  const proxy = await startRewritingProxy(t);
  const broker = await startBroker({
    properties,
    listeners: { PROXIED: { protocol: 'PLAINTEXT', advertisedPorts: [proxy.port] } },
  });
  t.after(() => broker.stop());
  proxy.target = Number(broker.listeners.PROXIED!.split(':')[1]);
  const client = (bootstrap: string, options: Partial<KafkaOptions> = {}) => {
    const kafka = createKafka({ properties: { 'bootstrap.servers': bootstrap }, ...options });
    t.after(() => kafka.close());
    return kafka;
  };
  return {
    proxy,
    client: (options) => client(`127.0.0.1:${proxy.port}`, options),
    witness: () => client(broker.bootstrapServers),
  };
}
