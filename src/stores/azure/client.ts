/** The way to a container: Azure's client with who asks, one try a request, times that end, errors that say what to do. */
import type { Agent } from 'node:http';
import type { ContainerClient } from '@azure/storage-blob';
import { ConfigurationError } from '../../errors.ts';
import { StoreFault } from '../store-fault.ts';
import { type AzureAccount, accountOf, type Environment } from './account.ts';
import { meaningOf } from './answers.ts';
import { type ListingPage, readListing } from './listing-text.ts';
import { listingTexts, textOf } from './listing-texts.ts';
import { type AzureSdk, loadAzureIdentity, loadAzureSdk } from './load.ts';
import type { AzurePlace } from './place.ts';
import { type AzureWaits, makeAgent, usualWaits } from './waits.ts';

/** One for each kind of requests: they wait differently, and their answers are read differently. */
interface Clients {
  readonly reads: ContainerClient;
  readonly writes: ContainerClient;
  readonly lists: ContainerClient;
}

export class AzureStore {
  readonly place: AzurePlace;
  readonly account: AzureAccount;
  readonly #clients: Clients;
  readonly #agents: readonly Agent[];
  #hasWorked = false;

  constructor(place: AzurePlace, account: AzureAccount, clients: Clients, agents: readonly Agent[]) {
    this.place = place;
    this.account = account;
    this.#clients = clients;
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
    return this.#once(this.#clients.reads, cannot, key, request);
  }

  /** The same of one that writes. */
  tell<T>(
    cannot: string,
    key: string | undefined,
    request: (container: ContainerClient) => Promise<T>,
  ): Promise<T> {
    return this.#once(this.#clients.writes, cannot, key, request);
  }

  /** One listing, once. `ask` asks for it; of what it resolves with nothing can be read. Throws as {@link ask} does. */
  list(ask: (container: ContainerClient) => Promise<unknown>): Promise<ListingPage> {
    return this.#once(this.#clients.lists, 'list', undefined, async (client) => {
      const text = await textOf(() => ask(client));
      if (text === undefined)
        throw new ConfigurationError(
          `cannot list ${this.place.url}: this version of @azure/storage-blob is not known; npm install @azure/storage-blob@12`,
        );
      const page = readListing(text);
      if (page !== undefined) return page;
      // What answers in a server's place (a portal that wants a log-in) must not pass for an empty container.
      throw new StoreFault(
        `cannot list ${this.place.url}: what answered is no server of Azure Blob Storage, or the answer no listing`,
        { scope: 'sink', code: 'EAGAIN' },
      );
    });
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
  const agentOf = (silence: number): Agent =>
    makeAgent(account.endpoint, { connect: waits.connect, silence }, env);
  const url = urlOf(account, place.container);
  const make = (more: Beneath): ContainerClient =>
    new sdk.ContainerClient(url, sdk.newPipeline(credential, { retryOptions: { maxTries: 1 }, ...more }));
  const [reading, writing] = [agentOf(waits.silence), agentOf(waits.sent)];
  const clients = {
    reads: make({ agent: reading }),
    writes: make({ agent: writing }),
    lists: make({ agent: reading, additionalPolicies: [listingTexts] }),
  };
  return new AzureStore(place, account, clients, [reading, writing]);
}

/** Options of the pipeline beneath the library, which takes them though the library's own do not name them. */
interface Beneath {
  readonly agent: Agent;
  /** For a client that no other is made of: each one of a pipeline adds them. */
  readonly additionalPolicies?: readonly unknown[];
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
