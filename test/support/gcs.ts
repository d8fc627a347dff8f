/** A Google Cloud Storage for a test: a real server's program behind what it lacks, and the hands of whoever works in its buckets. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProcess } from '../../src/broker/jvm.ts';
import { freePort } from '../../src/broker/ports.ts';
import { ensureFakeGcs } from './fake-gcs-program.ts';
import { type GcsFront, startGcsFront } from './gcs-front.ts';
import type { Owner } from './owner.ts';
import { uniqueName } from './unique.ts';
import { waitFor } from './wait.ts';

/** An object, as the server tells of it. */
export interface GcsObject {
  readonly name: string;
  readonly size: string;
  readonly generation: string;
  readonly contentType?: string;
  readonly storageClass?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface RunningGcs extends Pick<GcsFront, 'sessions' | 'keep'> {
  readonly port: number;
  readonly endpoint: string;
  /** What a process needs to reach it, by the name that all of Google's libraries know. */
  readonly environment: Readonly<Record<string, string>>;
  /** Makes a bucket that nobody else uses; resolves with its name. */
  bucket(): Promise<string>;
  /** `described`: more of the object by Google's names, such as its metadata. */
  put(bucket: string, key: string, bytes: string | Uint8Array, described?: object): Promise<GcsObject>;
  look(bucket: string, key: string): Promise<GcsObject | undefined>;
  read(bucket: string, key: string): Promise<Buffer | undefined>;
  remove(bucket: string, key: string): Promise<void>;
  /** All keys of a bucket. */
  keys(bucket: string): Promise<string[]>;
  /** Ends it as a power cut does. Its objects stay until the owner ends. */
  kill(): Promise<void>;
  /** Starts it again on what it left, at the same port. */
  revive(): Promise<void>;
}

/** `memory`: holds any name, and all in memory; `filesystem`: names that are paths, and any amount. */
export type GcsBackend = 'filesystem' | 'memory';

/** Starts a server of the owner's own, without any bucket; it ends with its owner, and with our process at the latest. */
export async function startGcs(owner: Owner, backend: GcsBackend = 'filesystem'): Promise<RunningGcs> {
  const program = await ensureFakeGcs();
  const folder = await mkdtemp(join(tmpdir(), 'sluice-gcs-'));
  owner.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const log = `${folder}.log`;
  owner.after(() => rm(log, { force: true }));
  const inner = await freePort('127.0.0.1', new Set());
  const front = await startGcsFront(owner, () => inner);
  const endpoint = `http://127.0.0.1:${front.port}`;
  const listen = ['-scheme', 'http', '-host', '127.0.0.1', '-port', String(inner)];
  const outside = ['-public-host', `127.0.0.1:${front.port}`, '-external-url', endpoint];
  const storage = ['-backend', backend, '-filesystem-root', folder, '-log-level', 'error'];
  const begin = () => {
    const command = [program, ...listen, ...outside, ...storage] as [string, ...string[]];
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
  const end = async (): Promise<void> => {
    // Nothing else may keep our process waiting for its end.
    running.child.ref();
    running.child.kill('SIGKILL');
    await running.gone;
  };
  owner.after(end);
  const answers = async (): Promise<void> => {
    const answer = async (): Promise<true> => {
      if (running.isGone()) throw new Error(await readFile(log, 'utf8').catch(String));
      await fetch(`http://127.0.0.1:${inner}/_internal/healthcheck`);
      return true;
    };
    await waitFor(answer, { what: 'an answer of fake-gcs-server', timeout: 60_000 });
  };
  await answers();

  const objects = (bucket: string): string => `${endpoint}/storage/v1/b/${bucket}/o`;
  const object = (bucket: string, key: string): string => `${objects(bucket)}/${encodeURIComponent(key)}`;
  const asked = async (what: string, init?: RequestInit): Promise<Response> => {
    const answer = await fetch(what, init);
    if (answer.ok) return answer;
    throw Object.assign(new Error(`${what}: ${answer.status} ${await answer.text()}`), {
      status: answer.status,
    });
  };
  const missing = (error: Error & { status?: number }): undefined => {
    if (error.status !== 404) throw error;
  };
  return {
    port: front.port,
    endpoint,
    environment: { STORAGE_EMULATOR_HOST: endpoint },
    sessions: front.sessions,
    keep: front.keep,
    async bucket() {
      const name = uniqueName('bucket');
      await asked(`${endpoint}/storage/v1/b`, { method: 'POST', body: JSON.stringify({ name }) });
      return name;
    },
    async put(bucket, key, bytes, described = {}) {
      const { contentType = 'application/octet-stream' } = described as { contentType?: string };
      const form = [
        `--x\r\ncontent-type: application/json\r\n\r\n${JSON.stringify({ name: key, ...described })}`,
        `\r\n--x\r\ncontent-type: ${contentType}\r\n\r\n`,
        bytes,
        '\r\n--x--\r\n',
      ];
      const answer = await asked(`${endpoint}/upload/storage/v1/b/${bucket}/o?uploadType=multipart`, {
        method: 'POST',
        headers: { 'content-type': 'multipart/related; boundary=x' },
        body: Buffer.concat(form.map((piece) => Buffer.from(piece))),
      });
      return (await answer.json()) as GcsObject;
    },
    look: (bucket, key) =>
      asked(object(bucket, key)).then((answer) => answer.json() as Promise<GcsObject>, missing),
    read: (bucket, key) =>
      asked(`${object(bucket, key)}?alt=media`).then(
        async (answer) => Buffer.from(await answer.arrayBuffer()),
        missing,
      ),
    async remove(bucket, key) {
      await asked(object(bucket, key), { method: 'DELETE' });
    },
    async keys(bucket) {
      const { items = [] } = (await asked(objects(bucket)).then((answer) => answer.json())) as {
        items?: GcsObject[];
      };
      return items.map(({ name }) => name);
    },
    async kill() {
      await front.leave();
      await end();
    },
    async revive() {
      running = begin();
      await answers();
      await front.comeBack();
    },
  };
}
