/** A topic, a bucket of Google's kind and a folder of a test's own, and the command line between them. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { testBroker } from '../support/broker.ts';
import { temporaryFolder } from '../support/folder.ts';
import type { RunningGcs } from '../support/gcs.ts';
import { type HttpFaultOptions, startHttpFaults } from '../support/http-faults.ts';
import { runSluice } from '../support/sluice.ts';
import { uniqueTopic } from '../support/unique.ts';

export type Digests = Readonly<Record<string, string>>;

/** The environment that commands of a stage are run in. */
export type StageEnvironment = Readonly<Record<string, string>>;

export async function gcsStage(t: TestContext, gcs: RunningGcs) {
  const { bootstrapServers } = await testBroker();
  const bucket = await gcs.bucket();
  const topic = uniqueTopic('google');
  const reach = { SLUICE_BOOTSTRAP_SERVERS: bootstrapServers, SLUICE_TOPIC: topic };
  const env: StageEnvironment = { ...gcs.environment, ...reach };
  const folder = join(await temporaryFolder(t), 'from');
  await mkdir(folder);
  const expected: Record<string, string> = {};
  const upload = async (from: string): Promise<void> => {
    const args = [
      'upload',
      '--from',
      from,
      '--name',
      'shop',
      '--once',
      '--min-age',
      '0',
      '--partitions',
      '3',
    ];
    const { code, stderr } = await runSluice(args, { env });
    if (code !== 0) throw new Error(`the uploader ended with ${code}: ${stderr}`);
  };
  return {
    bucket,
    topic,
    bootstrapServers,
    env,
    /** What all digests are to be in the end. */
    expected: expected as Digests,
    /** `sluice upload` of what stands below `in/` of the bucket. */
    args: ['upload', '--from', `gs://${bucket}/in`, '--name', 'shop'],
    /** `sluice download` to what stands below `copies/`. */
    download: (name = 'office'): string[] => [
      ...['download', '--to', `gs://${bucket}/copies`, '--name', name, '--once'],
    ],
    /** A file for the uploader: below `in/` of the bucket, or in the folder. */
    async put(path: string, bytes: Uint8Array, where: 'bucket' | 'folder' = 'bucket'): Promise<void> {
      expected[path] = digestOf(bytes);
      if (where === 'bucket') return void (await gcs.put(bucket, `in/${path}`, bytes));
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), bytes);
    },
    /** Sends what stands in the folder. */
    upload: () => upload(folder),
    /** What stands below `copies/shop/` of the bucket. */
    async copies(): Promise<Digests> {
      const found: Record<string, string> = {};
      const prefix = 'copies/shop/';
      for (const key of await gcs.keys(bucket))
        if (key.startsWith(prefix))
          found[key.slice(prefix.length)] = digestOf((await gcs.read(bucket, key))!);
      return found;
    },
    /** Fetches all of the topic into a folder; resolves with what stands there then. */
    async fetched(): Promise<Digests> {
      const sink = await temporaryFolder(t);
      const { code, stderr } = await runSluice(['download', '--to', sink, '--once'], { env });
      if (code !== 0) throw new Error(`the downloader ended with ${code}: ${stderr}`);
      const found: Record<string, string> = {};
      for (const path of Object.keys(expected))
        found[path] = digestOf(await readFile(join(sink, 'shop', path)));
      return found;
    },
    /** The environment by which commands go through a proxy; and that. */
    async through(judge: HttpFaultOptions['judge'], latency = 0) {
      const proxy = await startHttpFaults(t, { target: gcs.port, judge, latency });
      return { proxy, env: { ...env, STORAGE_EMULATOR_HOST: `http://127.0.0.1:${proxy.port}` } };
    },
  };
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
