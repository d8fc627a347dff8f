/** A real server of Azure Blob Storage for a test, and the hands of whoever works in its containers. */
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BlobServiceClient,
  type ContainerClient,
  newPipeline,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import { startProcess } from '../../src/broker/jvm.ts';
import { freePort } from '../../src/broker/ports.ts';
import { type AzuriteTls, azuriteCommand } from './azurite.ts';
import type { Owner } from './owner.ts';
import { uniqueName } from './unique.ts';
import { waitFor } from './wait.ts';

/** Azurite's only account, whose key everybody may know: its documentation has it. */
const account = 'devstoreaccount1';
const key = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

export interface RunningAzure {
  readonly port: number;
  readonly account: string;
  readonly key: string;
  /** The URL of the account's blobs, on this port or on that of somebody between. */
  endpoint(port?: number): string;
  /** What a process needs to reach it, by the name that all programs for Azure know. */
  environment(port?: number): { readonly AZURE_STORAGE_CONNECTION_STRING: string };
  /** A client of the tests' own. */
  readonly client: BlobServiceClient;
  /** Makes a container that nobody else uses. */
  container(): Promise<ContainerClient>;
  /**
   * Ends it, its connections first; its blobs stay until the owner ends. It is asked to: it writes down what it has every few seconds only,
   * and then.
   */
  kill(): Promise<void>;
  /** Starts it again on what it left, at the same port. */
  revive(): Promise<void>;
}

/** Starts a server of the owner's own, on an empty folder; it ends with its owner, and with our process at the latest. */
export async function startAzure(owner: Owner, tls?: AzuriteTls): Promise<RunningAzure> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-azure-'));
  owner.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const log = `${folder}.log`;
  owner.after(() => rm(log, { force: true }));
  const port = await freePort('127.0.0.1', new Set());
  const command = await azuriteCommand(folder, port, tls);
  const endpoint = (at: number = port): string =>
    `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${at}/${account}`;
  const pipeline = newPipeline(new StorageSharedKeyCredential(account, key), {
    // A connection that it had closed meanwhile is no matter of any test.
    retryOptions: { maxTries: 4, retryDelayInMs: 50 },
  });
  const client = new BlobServiceClient(endpoint(), pipeline);
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
  const end = async (signal: NodeJS.Signals) => {
    // Nothing else may keep our process waiting for its end.
    running.child.ref();
    running.child.kill(signal);
    await running.gone;
  };
  owner.after(() => end('SIGKILL'));
  const answers = async () => {
    const answer = async (): Promise<true> => {
      if (running.isGone()) throw new Error(await readFile(log, 'utf8').catch(String));
      await client.getProperties();
      return true;
    };
    await waitFor(answer, { what: 'an answer of Azurite', timeout: 60_000 });
  };
  await answers();
  return {
    port,
    account,
    key,
    endpoint,
    environment: (at) => ({
      AZURE_STORAGE_CONNECTION_STRING: `AccountName=${account};AccountKey=${key};BlobEndpoint=${endpoint(at)};`,
    }),
    client,
    async container() {
      const container = client.getContainerClient(uniqueName('container'));
      await container.create();
      return container;
    },
    kill: () => end('SIGTERM'),
    async revive() {
      running = begin();
      await answers();
    },
  };
}

/** Names of blobs below a prefix, without a sink's own things, relative to it. */
export async function blobNames(container: ContainerClient, prefix = ''): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of container.listBlobsFlat({ prefix })) names.push(name.slice(prefix.length));
  return names.filter((name) => !name.startsWith('.sluice/')).toSorted();
}

/** Name -> SHA-256 of the bytes, relative to the prefix. */
export async function blobDigests(container: ContainerClient, prefix = ''): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of await blobNames(container, prefix)) {
    const { readableStreamBody } = await container.getBlobClient(prefix + name).download();
    const hash = createHash('sha256');
    for await (const bytes of readableStreamBody as AsyncIterable<Uint8Array>) hash.update(bytes);
    found[name] = hash.digest('hex');
  }
  return found;
}

/** Names of blobs of which blocks stand that are in none. */
export async function unfinishedBlobs(container: ContainerClient): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of container.listBlobsFlat({ includeUncommitedBlobs: true })) {
    const { uncommittedBlocks = [] } = await container.getBlockBlobClient(name).getBlockList('uncommitted');
    if (uncommittedBlocks.length > 0) names.push(name);
  }
  return names;
}
