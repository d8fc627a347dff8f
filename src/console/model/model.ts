/** What the console knows of a cluster, kept in memory from what the topics tell. */

import { describeError } from '../../errors.ts';
import { createKafka } from '../../kafka/client.ts';
import type { Kafka } from '../../kafka/contract.ts';
import type { ClientProperties } from '../../kafka/properties.ts';
import { type Logger, silentLogger } from '../../log.ts';
import { reportsTopicOf } from '../../reports/topic.ts';
import {
  type ConsoleEvents,
  type ConsoleListener,
  type ConsoleModel,
  type FileEvent,
  type FileRow,
  type FilesPage,
  type FilesQuestion,
  type History,
  type Sections,
  TooBusy,
  type Totals,
} from '../contract.ts';
import { SectionChanges } from './changes.ts';
import { arrivedBefore, downloaderRows } from './downloader-rows.ts';
import { fileHistory } from './file-history.ts';
import { FileTable } from './file-table.ts';
import { FilesView } from './files-view.ts';
import { type Following, followAll } from './follow-all.ts';
import { HistoryRing, pointEvery } from './history-ring.ts';
import { LeasesTable } from './leases-table.ts';
import { Looks, type LookTimes, lookTimes } from './looks.ts';
import { ReportsTable } from './reports-table.ts';
import { StreamsTable } from './streams-table.ts';
import { refusedRow, type TopicUse, topicRow } from './topic-rows.ts';
import { totalsOf } from './totals.ts';
import { Trouble } from './trouble.ts';
import { uploaderRows } from './uploader-rows.ts';

export interface ConsoleModelOptions extends ModelOptions {
  /** Kafka's own names; `bootstrap.servers` is required. */
  readonly kafka: ClientProperties;
}

/** The same for any client. */
export interface ModelOptions {
  /** Of files; it need not exist. */
  readonly topic: string;
  /** Of live video; it need not exist. */
  readonly liveTopic: string;
  readonly logger?: Logger | undefined;
  /** Closes the model. */
  readonly signal?: AbortSignal | undefined;
  /** Where streams are watched: the address of a server's page, without a slash at the end. Default: what servers tell of themselves. */
  readonly watchUrl?: string | undefined;
  /** Makes the topics of reports where they are missing and the client may. Default true. */
  readonly makeReports?: boolean | undefined;
  /** Of topics that are made. Default: as the topic that they are beside. */
  readonly replicationFactor?: number | undefined;
  readonly times?: Partial<ModelTimes> | undefined;
}

export interface ModelTimes extends LookTimes {
  /** Milliseconds between two events of one kind. */
  readonly tell: number;
  /** Between two points of the history. */
  readonly point: number;
  /** Between two looks for a topic that is not there. */
  readonly absent: number;
}

/** Files whose history is read, or waited for, at a time. */
const mostHistories = 32;

const modelTimes: ModelTimes = { ...lookTimes, tell: 1000, point: pointEvery, absent: 5000 };

/**
 * Resolves at once, and fills itself while it is looked at; while Kafka is away it says so (`trouble`) and goes on by itself. Rejects
 * with ConfigurationError for properties that are wrong.
 */
export async function createConsoleModel(options: ConsoleModelOptions): Promise<ConsoleModel> {
  const { kafka: properties, logger = silentLogger } = options;
  let trouble: Trouble | undefined;
  const kafka = createKafka({
    ...{ properties, clientId: 'sluice-console', logger },
    onStatus: (status) => trouble?.onStatus(status),
  });
  const model = new Model(kafka, options);
  trouble = model.ofTrouble;
  return model;
}

/** The same through any client, which is closed with the model. */
export function modelOf(kafka: Kafka, options: ModelOptions): ConsoleModel {
  return new Model(kafka, options);
}

class Model implements ConsoleModel {
  readonly topic: string;
  readonly liveTopic: string;
  readonly ofTrouble: Trouble = new Trouble((message) =>
    this.#tell('trouble', message === undefined ? {} : { message }),
  );
  readonly #kafka: Kafka;
  readonly #options: ModelOptions;
  readonly #files = new FileTable();
  readonly #leases = new LeasesTable();
  readonly #reports = new ReportsTable();
  readonly #streams = new StreamsTable();
  readonly #history = new HistoryRing();
  readonly #changes = new SectionChanges();
  readonly #listeners = new Set<ConsoleListener>();
  readonly #stop = new AbortController();
  readonly #looks: Looks;
  readonly #view: FilesView;
  readonly #following: Following;
  readonly #timers: readonly NodeJS.Timeout[];
  /** `UPLOADER/PATH` -> what is read of it, or will be. */
  readonly #histories = new Map<string, Promise<readonly FileEvent[]>>();
  #reading: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  constructor(kafka: Kafka, options: ModelOptions) {
    const { topic, liveTopic, logger = silentLogger, signal } = options;
    const times = { ...modelTimes, ...options.times };
    [this.topic, this.liveTopic, this.#kafka, this.#options] = [topic, liveTopic, kafka, options];
    const common = { kafka, topic, liveTopic, trouble: this.ofTrouble, signal: this.#stop.signal };
    this.#looks = new Looks({
      ...{ ...common, topics: usesOf(topic, liveTopic), times },
      onTopic: (name) => name === topic && this.#following?.restart(),
    });
    const arrived = () => arrivedBefore(this.#looks.groups, this.#looks.files.ends.keys());
    this.#view = new FilesView(this.#files, this.#reports, arrived);
    const tables = {
      files: this.#files,
      leases: this.#leases,
      reports: this.#reports,
      streams: this.#streams,
    };
    const { makeReports = true, replicationFactor } = options;
    const copies = (of: string) =>
      replicationFactor ?? this.#looks.topics.get(of)?.description.replicationFactor;
    const making = { makeReports, copies, absent: times.absent };
    this.#following = followAll({ ...common, ...tables, ...making, logger });
    const ended = this.#looks.run();
    this.#following.ended.push(ended);
    const every = (milliseconds: number, work: () => void) => setInterval(work, milliseconds).unref();
    this.#timers = [every(times.tell, () => this.#tellChanges()), every(times.point, () => this.#point())];
    const close = () => void this.close();
    if (signal?.aborted) close();
    signal?.addEventListener('abort', close, { signal: this.#stop.signal });
  }

  get cluster(): string {
    return this.#looks.cluster;
  }

  sections(): Sections {
    const now = Date.now();
    const { groups, files, topics, brokers, refused } = this.#looks;
    return {
      uploaders: uploaderRows(this.#files, this.#leases, this.#reports, now),
      downloaders: downloaderRows(groups, files, this.#reports, now),
      streams: this.#streams.rows(this.#reports, now, this.#options.watchUrl),
      topics: [
        ...[...topics.values()].map((look) => topicRow(look, brokers)),
        ...[...refused].map(([id, why]) => refusedRow(id, why)),
      ],
    };
  }

  totals(): Totals {
    return totalsOf(this.sections(), {
      files: this.#looks.rate(this.topic),
      live: this.#looks.rate(this.liveTopic),
    });
  }

  history(): History {
    return this.#history.history();
  }

  trouble(): string | undefined {
    return this.ofTrouble.message;
  }

  isAway(): boolean {
    return this.ofTrouble.isAway;
  }

  files(question: FilesQuestion): FilesPage {
    return this.#view.page(question);
  }

  file(uploader: string, path: string): FileRow | undefined {
    return this.#view.file(uploader, path);
  }

  fileHistory(uploader: string, path: string): Promise<readonly FileEvent[]> {
    const id = `${uploader}/${path}`;
    const begun = this.#histories.get(id);
    if (begun !== undefined) return begun;
    if (this.#histories.size >= mostHistories)
      return Promise.reject(new TooBusy(`${mostHistories} files are looked up already: ask again`));
    const of = { kafka: this.#kafka, topic: this.topic, looks: this.#looks, reports: this.#reports };
    // One after the other: each reads a partition.
    const read = this.#reading.then(() => fileHistory(of, uploader, path));
    this.#histories.set(id, read);
    this.#reading = read.catch(() => {}).then(() => this.#histories.delete(id));
    return read;
  }

  watch(listener: ConsoleListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#stop.abort();
    for (const timer of this.#timers) clearInterval(timer);
    this.#listeners.clear();
    await this.#kafka.close();
    await Promise.all(this.#following.ended);
  }

  #tellChanges(): void {
    const change = this.#changes.since(this.sections());
    const files = this.#view.changes();
    if (change !== undefined) this.#tell('change', change);
    if (files !== undefined) this.#tell('files', files);
  }

  #point(): void {
    const at = Date.now();
    const totals = this.totals();
    this.#history.push(at, totals);
    this.#tell('point', { at, totals });
  }

  #tell<K extends Exclude<keyof ConsoleEvents, 'snapshot'>>(event: K, data: ConsoleEvents[K]): void {
    for (const listener of this.#listeners) {
      try {
        listener(event, data);
      } catch (error) {
        const { logger = silentLogger } = this.#options;
        logger.error({ event, reason: describeError(error) }, 'somebody who is told of changes has failed');
      }
    }
  }
}

function usesOf(topic: string, liveTopic: string): ReadonlyMap<string, TopicUse> {
  const live = [liveTopic, `${liveTopic}.index`, `${liveTopic}.streams`];
  const others = [reportsTopicOf(topic), ...live, reportsTopicOf(liveTopic)];
  return new Map<string, TopicUse>([
    [topic, 'files'],
    [`${topic}.state`, 'state'],
    ...others.map((name): [string, TopicUse] => [name, 'other']),
  ]);
}
