/** Files into a bucket of a real S3 server on this machine: Sluice through Kafka, and what people take instead, straight there. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { makeBucket } from '../../test/support/bucket.ts';
import type { RunningS3 } from '../../test/support/s3.ts';
import type { Contender } from '../contender.ts';
import type { Ground } from '../ground.ts';
import type { Work } from '../work.ts';
import { runMetered } from './command.ts';
import { type Sink, transfer } from './sluice.ts';

/** `aws s3 cp`, of PyPI's awscli. */
export function awsCp(s3: RunningS3, work: Work): Contender {
  return intoBucket('aws s3 cp', s3, work, (source, bucket) => [
    ...(['aws', 's3', 'cp', '--only-show-errors', '--recursive', source] as const),
    `s3://${bucket}/bench`,
  ]);
}

/** `rclone copy`, with the settings that it has by itself. */
export function rcloneCopy(s3: RunningS3, work: Work): Contender {
  const reach = {
    RCLONE_CONFIG: '',
    RCLONE_S3_PROVIDER: 'Other',
    RCLONE_S3_ENV_AUTH: 'true',
    RCLONE_S3_ENDPOINT: s3.endpoint,
    RCLONE_S3_REGION: s3.region,
    // Its way to a server cannot be given one.
    AWS_CA_BUNDLE: '',
  };
  const line = (source: string, bucket: string) => ['rclone', 'copy', source, `:s3:${bucket}/bench`] as const;
  return intoBucket('rclone copy', { ...s3, environment: { ...s3.environment, ...reach } }, work, line);
}

function intoBucket(
  name: string,
  s3: RunningS3,
  work: Work,
  line: (source: string, bucket: string) => readonly [string, ...string[]],
): Contender {
  return {
    name,
    async run() {
      const bucket = await makeBucket(s3);
      const [command, ...args] = line(work.folder, bucket.name);
      const { seconds, cost } = await runMetered(command, args, s3.environment);
      await judgeBucket(work, await bucket.digests('bench/'));
      return { seconds, sides: { sender: cost } };
    },
  };
}

/** Sluice, from a folder over a topic to a bucket. */
export function sluiceToBucket(ground: Ground, s3: RunningS3, work: Work): Contender {
  return {
    name: 'sluice',
    run: () =>
      ground.withTopic(async (topic) => {
        const bucket = await makeBucket(s3);
        const sink: Sink = {
          to: `s3://${bucket.name}`,
          env: s3.environment,
          judge: async () => judgeBucket(work, await bucket.digests('bench/')),
        };
        return transfer(ground, work, { checksum: 'sha256', topic, sink });
      }),
  };
}

async function judgeBucket(work: Work, found: Readonly<Record<string, string>>): Promise<void> {
  const entries = await readdir(work.folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  if (files.length !== Object.keys(found).length)
    throw new Error(`${Object.keys(found).length} objects stand in the bucket, and not ${files.length}`);
  for (const { parentPath, name } of files) {
    const path = join(parentPath, name);
    const hash = createHash('sha256');
    for await (const bytes of createReadStream(path)) hash.update(bytes as Buffer);
    const key = path.slice(work.folder.length + 1);
    if (found[key] !== hash.digest('hex')) throw new Error(`${key} has other bytes in the bucket`);
  }
}
