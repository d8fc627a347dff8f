/** Files of a folder into a bucket: many small ones, and a large one. The S3 server is the one of the tests. */
import { join } from 'node:path';
import { writeRandomFile } from '../../test/support/files.ts';
import { startS3 } from '../../test/support/s3.ts';
import type { Group } from '../contender.ts';
import { awsCp, rcloneCopy, sluiceToBucket } from '../contenders/to-bucket.ts';
import type { Ground } from '../ground.ts';
import type { Work } from '../work.ts';
import { writeSmallFiles } from './small-files.ts';

export async function smallFilesToBucket(ground: Ground, scale: number): Promise<Group> {
  const work = await writeSmallFiles(join(ground.folder, 'small-to-bucket'), Math.round(10_000 * scale));
  return toBucket(ground, work, 'small-to-bucket', `${work.files} files of 4 kB into a bucket`);
}

export async function fileToBucket(ground: Ground, scale: number): Promise<Group> {
  const folder = join(ground.folder, 'file-to-bucket');
  const bytes = Math.round(1e9 * scale);
  await writeRandomFile(join(folder, 'file.bin'), bytes);
  const title = `One file of ${bytes / 1e9} GB into a bucket`;
  return toBucket(ground, { folder, bytes, files: 1 }, 'file-to-bucket', title);
}

async function toBucket(ground: Ground, work: Work, name: string, title: string): Promise<Group> {
  const s3 = await startS3(ground);
  const [aws, rclone] = [awsCp(s3, work), rcloneCopy(s3, work)];
  return {
    name,
    title,
    bytes: work.bytes,
    second: rclone,
    contenders: [aws, rclone, sluiceToBucket(ground, s3, work)],
  };
}
