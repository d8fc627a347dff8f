/** Sluice: an uploader and a downloader at the same time, on a fresh topic. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { followSluice } from '../../test/support/sluice-events.ts';
import type { Contender, Measured } from '../contender.ts';
import type { Ground } from '../ground.ts';
import { ProcessMeter } from '../process-meter.ts';
import { judge, type Work } from '../work.ts';

/**
 * Timed from the start of the uploader's process to the last file verified, durable and under its name. The downloader
 * waits at the topic by then, as sshd does at its port; Node's start counts for the uploader as it does for scp.
 */
export function sluice(ground: Ground, work: Work, checksum: string): Contender {
  const { bootstrapServers } = ground.broker;
  const run = (topic: string): Promise<Measured> => {
    const sink = join(ground.folder, 'arrived-sluice');
    const reach = ['--topic', topic, '--bootstrap-servers', bootstrapServers];
    return measure(ground, work, sink, reach);
  };
  const measure = async (
    { brokerPid }: Ground,
    { folder, files }: Work,
    sink: string,
    reach: readonly string[],
  ): Promise<Measured> => {
    let received = 0;
    const all = Promise.withResolvers<number>();
    const downloader = followSluice(['download', '--to', sink, ...reach], {
      onEvent: ({ type }) => {
        if (type === 'received' && ++received === files) all.resolve(performance.now());
      },
    });
    try {
      await downloader.event(({ type }) => type === 'started', 'it had started');
      const broker = new ProcessMeter(brokerPid);
      const receiver = new ProcessMeter(downloader.child.pid);
      broker.restart();
      receiver.restart();
      const started = performance.now();
      const uploader = followSluice([
        ...['upload', '--from', folder, '--name', 'bench', '--once', '--min-age', '0'],
        ...['--checksum', checksum],
        ...reach,
      ]);
      const sender = new ProcessMeter(uploader.child.pid);
      const { code, stderr } = await uploader.ended;
      if (code !== 0) throw new Error(`the uploader ended with ${code}: ${stderr}`);
      const ended = await Promise.race([all.promise, downloader.ended]);
      if (typeof ended !== 'number')
        throw new Error(`the downloader ended with ${ended.code}: ${ended.stderr}`);
      const sides = { sender: sender.stop(), receiver: receiver.stop(), broker: broker.stop() };
      return { seconds: (ended - started) / 1000, sides };
    } finally {
      await downloader.kill();
      await judge({ ...work }, join(sink, 'bench')).finally(() => rm(sink, { recursive: true, force: true }));
    }
  };
  return { name: `sluice, ${checksum}`, run: () => ground.withTopic(run) };
}
