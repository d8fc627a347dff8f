/** What a Kafka user can do without Sluice: `split`, `kcat -P`, `kcat -C`, `md5sum`, by one file and by hand. */
import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Contender } from '../contender.ts';
import type { Ground } from '../ground.ts';
import { ProcessMeter } from '../process-meter.ts';
import { judge, onlyFile, type Work } from '../work.ts';
import { runMetered } from './command.ts';

/** Bytes of a piece: with its framing just below Kafka's default limit. */
const piece = 1_000_000;

/** Sends all pieces to one partition, reads them back as one file, and sums both. */
export function splitKcat(ground: Ground, work: Work): Contender {
  const { folder, broker, brokerPid } = ground;
  const reach = `-b ${broker.bootstrapServers} -p 0`;
  return {
    name: 'split + kcat + md5sum',
    run: () =>
      ground.withTopic(async (topic) => {
        const source = await onlyFile(work);
        const pieces = Math.ceil(work.bytes / piece);
        const [split, arrived] = [join(folder, 'pieces'), join(folder, 'arrived-kcat')];
        for (const path of [split, arrived]) await mkdir(path);
        const target = join(arrived, basename(source));
        const meter = new ProcessMeter(brokerPid);
        meter.restart();
        const sent = await runMetered('sh', [
          '-c',
          `md5sum '${source}' && split -a 5 -b ${piece} '${source}' '${split}/p' && kcat -P ${reach} -t ${topic} -X acks=all -X message.max.bytes=1048588 '${split}'/p*`,
        ]);
        const fetched = await runMetered('sh', [
          '-c',
          `kcat -C ${reach} -t ${topic} -o beginning -c ${pieces} -e -q -D '' -f '%s' > '${target}' && md5sum '${target}'`,
        ]);
        const sides = { sender: sent.cost, receiver: fetched.cost, broker: meter.stop() };
        await runMetered('rm', ['-r', split]);
        await judge(work, arrived);
        return { seconds: sent.seconds + fetched.seconds, sides };
      }),
  };
}
