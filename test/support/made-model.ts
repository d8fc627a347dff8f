/** A model of the console that a test makes, and changes. */
import type {
  ConsoleEvents,
  ConsoleListener,
  ConsoleModel,
  FileEvent,
  FileRow,
  FilesQuestion,
  Sections,
  Totals,
} from '../../src/console/contract.ts';

const nothing: Totals = {
  sendingFiles: 0,
  failedFiles: 0,
  parkedFiles: 0,
  liveStreams: 0,
  filesRate: 0,
  liveRate: 0,
};

export class MadeModel implements ConsoleModel {
  readonly topic: string;
  readonly liveTopic = 'live';
  readonly cluster = 'made';
  rows: FileRow[] = [];
  events: FileEvent[] = [];
  now: Sections = { uploaders: [], downloaders: [], streams: [], topics: [] };
  away: string | undefined;
  isClosed = false;
  readonly #listeners = new Set<ConsoleListener>();

  constructor(topic = 'files') {
    this.topic = topic;
  }

  sections(): Sections {
    return this.now;
  }

  totals(): Totals {
    return nothing;
  }

  history() {
    return { at: [1, 2], series: { filesRate: [0, null] } };
  }

  trouble(): string | undefined {
    return this.away;
  }

  isAway(): boolean {
    return this.away !== undefined;
  }

  files({ search = '', uploader, limit = 500 }: FilesQuestion) {
    const files = this.rows.filter(
      ({ id, uploader: whose }) => id.includes(search) && (uploader === undefined || uploader === whose),
    );
    return { files: files.slice(0, limit), total: files.length };
  }

  file(uploader: string, path: string): FileRow | undefined {
    return this.rows.find(({ id }) => id === `${uploader}/${path}`);
  }

  fileHistory(uploader: string, path: string): Promise<readonly FileEvent[]> {
    return Promise.resolve(uploader === 'shop' && path !== '' ? this.events : []);
  }

  watch(listener: ConsoleListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get watchers(): number {
    return this.#listeners.size;
  }

  tell<K extends Exclude<keyof ConsoleEvents, 'snapshot'>>(event: K, data: ConsoleEvents[K]): void {
    for (const listener of this.#listeners) listener(event, data);
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}
