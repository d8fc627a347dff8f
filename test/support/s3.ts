/** A real S3 server for a test, and the hands of whoever works in its buckets. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { startProcess } from '../../src/broker/jvm.ts';
import { freePort } from '../../src/broker/ports.ts';
import type { Owner } from './owner.ts';
import type { NoticesTopic, S3Program } from './s3-program.ts';
import { s3mock } from './s3mock.ts';
import { uniqueName } from './unique.ts';
import { versitygw } from './versitygw.ts';
import { waitFor } from './wait.ts';

/** Which server the tests run against. `npm test` has the stricter one, `npm run test:stores` every one in turn. */
export const s3Variable = 'SLUICE_TEST_S3';
const programs: readonly S3Program[] = [versitygw, s3mock];

export interface RunningS3 {
  readonly name: string;
  readonly port: number;
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** What a process needs to reach it, by the names that all programs for AWS know. */
  readonly environment: Readonly<Record<string, string>>;
  /** A client of the tests' own. */
  readonly client: S3Client;
  /** Makes a bucket that nobody else uses; resolves with its name. */
  bucket(): Promise<string>;
  /** Ends it as a power cut does. Its objects stay until the owner ends. */
  kill(): Promise<void>;
  /** Starts it again on what it left, at the same port. */
  revive(): Promise<void>;
}

/** Fetches or builds the program that the tests use, and says so: it takes longer than a test may. */
export async function prepareS3(say: (text: string) => void, name?: string): Promise<void> {
  await programOf(name).prepare(say);
}

function programOf(name: string = process.env[s3Variable] ?? versitygw.name): S3Program {
  const program = programs.find((one) => one.name === name);
  if (program !== undefined) return program;
  throw new Error(`${name} is no S3 server of the tests; there are: ${programs.map((one) => one.name)}`);
}

const quiet = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

/** Starts a server of the owner's own, on an empty folder; it ends with its owner, and with our process at the latest. */
export async function startS3(owner: Owner, name?: string, notices?: NoticesTopic): Promise<RunningS3> {
  const program = programOf(name);
  const folder = await mkdtemp(join(tmpdir(), 'sluice-s3-'));
  owner.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const port = await freePort('127.0.0.1', new Set());
  const credentials = { accessKeyId: 'AKIDSLUICETESTS', secretAccessKey: 'a-secret-of-nobody' };
  const region = 'eu-west-1';
  const endpoint = `http://127.0.0.1:${port}`;
  const requestHandler = { httpAgent: { keepAlive: true, maxSockets: 16 }, logger: quiet };
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true, requestHandler });
  owner.after(() => client.destroy());
  const log = `${folder}.log`;
  owner.after(() => rm(log, { force: true }));
  const command = await program.command({ folder, port, region, notices, ...credentials });
  const begin = () => {
    const child = startProcess(command, log, { boundTo: 'parent', removeFolder: folder });
    let isGone = false;
    const gone = new Promise<void>((resolve) => {
      child.once('exit', () => {
        isGone = true;
        resolve();
      });
    });
    return { child, gone, isGone: () => isGone };
  };
  let running = begin();
  const kill = async () => {
    // Nothing else may keep our process waiting for its end.
    running.child.ref();
    running.child.kill('SIGKILL');
    await running.gone;
  };
  owner.after(kill);
  const answers = async () => {
    const answer = async (): Promise<true> => {
      if (running.isGone()) throw new Error(await readFile(log, 'utf8').catch(String));
      await client.send(new ListBucketsCommand());
      return true;
    };
    await waitFor(answer, { what: `an answer of ${program.name}`, timeout: 60_000 });
  };
  await answers();
  return {
    name: program.name,
    port,
    endpoint,
    region,
    ...credentials,
    environment: {
      AWS_ENDPOINT_URL_S3: endpoint,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_EC2_METADATA_DISABLED: 'true',
    },
    client,
    async bucket() {
      const Bucket = uniqueName('bucket');
      await client.send(new CreateBucketCommand({ Bucket }));
      return Bucket;
    },
    kill,
    async revive() {
      running = begin();
      await answers();
    },
  };
}
