/** A broker that has a listener behind a counting proxy. */
import type { BrokerOptions, RunningBroker } from '../../src/broker/broker.ts';
import { startCountingProxy } from '../support/counting-proxy.ts';

/** A way to the broker that counts what it carries. */
export interface CountedWay {
  readonly bootstrapServers: string;
  /** Bytes that the broker has sent to its clients on this way. */
  readonly received: () => number;
}

/**
 * Calls `work` with the options that the broker needs for it, and with the way to take once the broker runs. `pace` is what the way carries
 * at the most, bytes a second.
 */
export async function withCountedWay<T>(
  { pace }: { readonly pace?: number },
  work: (
    broker: BrokerOptions,
    wayTo: (broker: Pick<RunningBroker, 'listeners'>) => CountedWay,
  ) => Promise<T>,
): Promise<T> {
  const proxy = await startCountingProxy(pace);
  const listeners = { COUNTED: { protocol: 'PLAINTEXT', advertisedPorts: [proxy.port] } };
  try {
    return await work({ listeners }, (broker) => {
      proxy.target(Number(broker.listeners.COUNTED?.split(':').at(-1)));
      return { bootstrapServers: `127.0.0.1:${proxy.port}`, received: () => proxy.received };
    });
  } finally {
    await proxy.close();
  }
}
