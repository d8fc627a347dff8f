/** The way to a container: Azure's client with who asks, one try a request, times that end, errors that say what to do. */
import type { Agent } from 'node:http';
import type { ContainerClient, StoragePipelineOptions } from '@azure/storage-blob';
import { ConfigurationError } from '../../errors.ts';
import { StoreFault } from '../store-fault.ts';
import { type AzureAccount, accountOf, type Environment } from './account.ts';
import { meaningOf } from './answers.ts';
import { type AzureSdk, loadAzureIdentity, loadAzureSdk } from './load.ts';
import type { AzurePlace } from './place.ts';
import { type AzureWaits, makeAgent, usualWaits } from './waits.ts';

export class AzureStore {
  readonly place: AzurePlace;
  readonly account: AzureAccount;
  readonly #reads: ContainerClient;
  readonly #writes: ContainerClient;
  readonly #agents: readonly Agent[];
  #hasWorked = false;

  constructor(
    place: AzurePlace,
    account: AzureAccount,
    clients: { readonly reads: ContainerClient; readonly writes: ContainerClient },
    agents: readonly Agent[],
  ) {
    this.place = place;
    this.account = account;
    this.#reads = clients.reads;
    this.#writes = clients.writes;
    this.#agents = agents;
  }

  /** `azblob://CONTAINER/NAME`, for people. */
  shown(key: string): string {
    return `azblob://${this.place.container}/${key}`;
  }

  /** One request that reads, once. `cannot` says what was not done when it fails, `key` which blob it was about. Throws what {@link meaningOf} makes of it. */
  ask<T>(
    cannot: string,
    key: string | undefined,
    request: (container: ContainerClient) => Promise<T>,
  ): Promise<T> {
    return this.#once(this.#reads, cannot, key, request);
  }

  /** The same of one that writes. */
  tell<T>(
    cannot: string,
    key: string | undefined,
    request: (container: ContainerClient) => Promise<T>,
  ): Promise<T> {
    return this.#once(this.#writes, cannot, key, request);
  }

  async #once<T>(
    client: ContainerClient,
    cannot: string,
    key: string | undefined,
    request: (container: ContainerClient) => Promise<T>,
  ): Promise<T> {
    try {
      const answer = await request(client);
      this.#hasWorked = true;
      return answer;
    } catch (error) {
      throw this.#explain(error, cannot, key);
    }
  }

  /** The same of an error that came while an answer was read: the library says of one that breaks off that it was aborted. */
  meaning(error: unknown, cannot: string, key: string): Error {
    if (!(error instanceof Error) || error.name !== 'AbortError') return this.#explain(error, cannot, key);
    const message = `cannot ${cannot} ${this.shown(key)}: the answer broke off`;
    return new StoreFault(message, { scope: 'sink', code: 'EAGAIN' });
  }

  #explain(error: unknown, cannot: string, key: string | undefined): Error {
    const { place, account } = this;
    return meaningOf(error, {
      cannot: `cannot ${cannot} ${key === undefined ? place.url : this.shown(key)}`,
      container: place.container,
      isObject: key !== undefined,
      endpoint: account.endpoint,
      hasWorked: this.#hasWorked,
    });
  }

  close(): void {
    for (const agent of this.#agents) agent.destroy();
  }
}

/** Makes no request. Throws ConfigurationError when a library is missing, or the environment does not say which account. */
export async function openAzureStore(
  place: AzurePlace,
  env: Environment = process.env,
  waits: AzureWaits = usualWaits,
): Promise<AzureStore> {
  const sdk = await loadAzureSdk();
  const account = accountOf(env);
  const credential = await credentialOf(sdk, account);
  const make = (silence: number): { readonly client: ContainerClient; readonly agent: Agent } => {
    const agent = makeAgent(account.endpoint, { connect: waits.connect, silence }, env);
    // The pipeline beneath takes an agent, though this library's own options do not name it.
    const options: StoragePipelineOptions & { readonly agent: Agent } = {
      retryOptions: { maxTries: 1 },
      agent,
    };
    const url = urlOf(account, place.container);
    return { client: new sdk.ContainerClient(url, sdk.newPipeline(credential, options)), agent };
  };
  const [reads, writes] = [make(waits.silence), make(waits.sent)];
  return new AzureStore(place, account, { reads: reads.client, writes: writes.client }, [
    reads.agent,
    writes.agent,
  ]);
}

function urlOf({ endpoint, credential }: AzureAccount, container: string): string {
  const url = `${endpoint}/${container}`;
  return credential.by === 'sas' ? `${url}?${credential.token}` : url;
}

async function credentialOf(sdk: AzureSdk, { endpoint, name, credential }: AzureAccount) {
  if (credential.by === 'key') return new sdk.StorageSharedKeyCredential(name, credential.key);
  if (credential.by === 'sas') return new sdk.AnonymousCredential();
  if (!/^https:/.test(endpoint))
    throw new ConfigurationError(
      `${endpoint} is reached without TLS, and no token of Microsoft Entra is sent that way: set AZURE_STORAGE_KEY or AZURE_STORAGE_SAS_TOKEN, or use https://`,
    );
  const { DefaultAzureCredential } = await loadAzureIdentity();
  return new DefaultAzureCredential({ retryOptions: { maxRetries: 0 } });
}
