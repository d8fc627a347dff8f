/** S3Mock, Adobe's S3 server for tests in Java, fetched by Maven. It believes every signature. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../../src/broker/default-folders.ts';
import { findJava } from '../../src/broker/java.ts';
import type { S3Program } from './s3-program.ts';

const version = '5.2.0';
const folderOf = (): string => join(cacheFolder(), `s3mock-${version}`);
const archive = (): string => join(folderOf(), `s3mock-${version}-exec.jar`);

/** Resolves with the archive, fetched first when this machine does not have it (31 MB). */
async function ensureS3Mock(say: (text: string) => void = () => {}): Promise<string> {
  if (existsSync(archive())) return archive();
  say(`fetching S3Mock ${version} to ${cacheFolder()}`);
  await mkdir(cacheFolder(), { recursive: true });
  const folder = await mkdtemp(join(cacheFolder(), 'fetching-'));
  const copy = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy';
  const artifact = `-Dartifact=com.adobe.testing:s3mock:${version}:jar:exec`;
  try {
    // In a folder without a project: Maven would look at one for what it is to do.
    await promisify(execFile)('mvn', ['-q', '-B', copy, artifact, `-DoutputDirectory=${folder}`], {
      cwd: folder,
    });
    await rename(folder, folderOf());
  } catch (cause) {
    await rm(folder, { recursive: true, force: true });
    if (existsSync(archive())) return archive();
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const reason = missing ? 'Maven is not installed (Debian: maven)' : (cause as Error).message;
    throw new Error(`S3Mock could not be fetched: ${reason}`, { cause });
  }
  return archive();
}

export const s3mock: S3Program = {
  name: 's3mock',
  prepare: async (say) => void (await ensureS3Mock(say)),
  async command({ folder, port, region }) {
    const { command } = await findJava();
    const jvm = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
    const settings = [
      `-Dhttp.port=${port}`,
      '-Dserver.port=0',
      `-Dcom.adobe.testing.s3mock.store.root=${folder}`,
      `-Dcom.adobe.testing.s3mock.store.region=${region}`,
      `-Djava.io.tmpdir=${folder}`,
    ];
    return [command, ...jvm, ...settings, '-jar', await ensureS3Mock()];
  },
};
