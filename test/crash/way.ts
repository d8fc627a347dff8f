/** A broker, and for each run at a time a way of its own to it, for either process, that can be spoilt. */
import { type RunningBroker, startBroker } from '../../src/broker/broker.ts';
import { FaultProxy, type Owner } from '../support/fault-proxy.ts';
import type { NetworkFault, Who } from './plan.ts';

const ends = ['uploader', 'downloader'] as const;

/** The ways of one run. */
export interface Way {
  readonly bootstrap: Readonly<Record<Who, string>>;
  readonly broker: RunningBroker;
  spoil(who: Who, fault: NetworkFault): void;
}

/** Until its owner ends. */
export async function openWays(owner: Owner, count: number): Promise<Way[]> {
  const proxies = await Promise.all(
    Array.from({ length: count }, async () => {
      const [uploader, downloader] = [await FaultProxy.start(owner), await FaultProxy.start(owner)];
      return { uploader, downloader };
    }),
  );
  const listeners = proxies.flatMap((pair, index) => {
    return ends.map(
      (who) => [nameOf(index, who), { protocol: 'PLAINTEXT', advertisedPorts: [pair[who].port] }] as const,
    );
  });
  // Topics are deleted with each run, and are to be gone then.
  const properties = { 'log.segment.delete.delay.ms': '100', 'log.retention.check.interval.ms': '60000' };
  const broker = await startBroker({ listeners: Object.fromEntries(listeners), properties });
  owner.after(() => broker.stop());
  return proxies.map((pair, index) => {
    for (const who of ends)
      pair[who].target = Number(broker.listeners[nameOf(index, who)]!.split(':').at(-1));
    return {
      broker,
      bootstrap: {
        uploader: `127.0.0.1:${pair.uploader.port}`,
        downloader: `127.0.0.1:${pair.downloader.port}`,
      },
      spoil: (who, fault) => spoil(pair[who], fault),
    };
  });
}

function nameOf(index: number, who: Who): string {
  return `${who}${String.fromCharCode(65 + index)}`.toUpperCase();
}

function spoil(proxy: FaultProxy, fault: NetworkFault): void {
  let resets = 0;
  if (fault === 'cut') proxy.cut();
  else if (fault === 'half-open') proxy.freeze();
  else if (fault === 'refuse') proxy.refuse(true);
  else if (fault === 'slow') proxy.faults = { bytesPerSecond: 300_000 };
  else if (fault === 'late') proxy.faults = { latency: 150 };
  else if (fault === 'slices') proxy.faults = { slice: 7 };
  else if (fault === 'resets') proxy.faults = { resetAfter: () => 10_000 + ((resets++ * 7919) % 300_000) };
  else {
    proxy.faults = {};
    proxy.refuse(false);
  }
}
