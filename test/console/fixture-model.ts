/** A busy cluster that is made up: 50 uploaders, 10,000 files, 3 streams, all of them changing; for the page, where no Kafka is needed. */
import type {
  ConsoleListener,
  ConsoleModel,
  FileEvent,
  FileRow,
  FilesPage,
  FilesQuestion,
  History,
  Sections,
  Totals,
} from '../../src/console/contract.ts';
import { Random } from '../support/random.ts';
import { made } from './fixture-rows.ts';

export interface FixtureOptions {
  readonly uploaders?: number;
  readonly files?: number;
  /** Milliseconds between two changes; 0: none come by themselves. */
  readonly every?: number;
  /** Nothing is wrong with any of it. */
  readonly isFine?: boolean;
}

const hour = 3_600_000;

export class FixtureModel implements ConsoleModel {
  readonly topic = 'files';
  readonly liveTopic = 'live';
  readonly cluster = 'kafka-1:9092';
  readonly #random = new Random(7);
  readonly #listeners = new Set<ConsoleListener>();
  readonly #timer: NodeJS.Timeout | undefined;
  #sections: Sections;
  #files: FileRow[];
  #trouble: string | undefined;
  #named = 0;

  constructor({ uploaders = 50, files = 10_000, every = 1000, isFine = false }: FixtureOptions = {}) {
    const begun = made({ uploaders, files, isFine, random: this.#random, now: Date.now() });
    this.#sections = begun.sections;
    this.#files = begun.files;
    if (every > 0) {
      this.#timer = setInterval(() => this.step(), every);
      this.#timer.unref();
    }
  }

  sections(): Sections {
    return this.#sections;
  }

  totals(): Totals {
    const count = (state: FileRow['state']) => this.#files.filter((row) => row.state === state).length;
    const { uploaders, downloaders, streams } = this.#sections;
    const sum = (values: readonly (number | undefined)[]) =>
      values.reduce<number>((all, one) => all + (one ?? 0), 0);
    return {
      sendingFiles: count('sending'),
      backlogBytes: sum(uploaders.map(({ backlogBytes }) => backlogBytes)),
      lagBytes: sum(downloaders.map(({ lagBytes }) => lagBytes)),
      lagSeconds: Math.max(0, ...downloaders.map(({ lagSeconds }) => lagSeconds ?? 0)),
      failedFiles: count('failed'),
      parkedFiles: count('parked'),
      viewers: sum(streams.map(({ viewers }) => viewers)),
      liveStreams: streams.filter(({ state }) => state === 'live').length,
      filesRate: sum(uploaders.map(({ rate }) => rate)),
      liveRate: sum(streams.map(({ bitRate, state }) => (state === 'live' ? bitRate : 0))),
    };
  }

  /** Four hours, once a minute. */
  history(): History {
    const random = new Random(11);
    const now = Date.now();
    const at = Array.from({ length: 240 }, (_, index) => now - 4 * hour + index * 60_000);
    const totals = this.totals();
    const wave = (last: number, swing: number) =>
      at.map((_, index) =>
        Math.max(0, last * (1 + swing * Math.sin((index - 239) / 21) + swing * 0.5 * (random.next() - 0.5))),
      );
    return {
      at,
      series: {
        filesRate: wave(totals.filesRate, 0.5),
        liveRate: at.map((_, index) => (index < 60 ? 0 : totals.liveRate * (1 + 0.06 * random.next()))),
        backlogBytes: wave(totals.backlogBytes ?? 0, 0.7),
        lagBytes: wave(totals.lagBytes ?? 0, 0.4),
        lagSeconds: wave(totals.lagSeconds ?? 0, 0.3),
        viewers: at.map((_, index) =>
          index < 60 ? null : Math.round((totals.viewers ?? 0) * (0.6 + index / 600)),
        ),
      },
    };
  }

  trouble(): string | undefined {
    return this.#trouble;
  }

  isAway(): boolean {
    return this.#trouble !== undefined;
  }

  files(question: FilesQuestion): FilesPage {
    const found = this.#files.filter((row) => isMeant(row, question));
    const begin = question.after === undefined ? 0 : found.findIndex(({ id }) => id === question.after) + 1;
    const files = found.slice(begin, begin + (question.limit ?? 100));
    const last = files.at(-1);
    const isEnd = begin + files.length >= found.length || last === undefined;
    return { files, total: found.length, ...(isEnd ? {} : { next: last.id }) };
  }

  file(uploader: string, path: string): FileRow | undefined {
    return this.#files.find(({ id }) => id === `${uploader}/${path}`);
  }

  async fileHistory(uploader: string, path: string): Promise<readonly FileEvent[]> {
    const row = this.#files.find(({ id }) => id === `${uploader}/${path}`);
    if (row === undefined) return [];
    const { at, upload, size, digest, reason, state } = row;
    const sent = {
      at: at - 9000,
      what: 'sent',
      upload,
      size,
      ...(digest === undefined ? {} : { digest }),
      partition: 3,
      first: 120_411,
      last: 120_411 + Math.floor(size / 1_000_000),
      isKept: true,
    } as const;
    const ended =
      state === 'sent' || state === 'sending'
        ? []
        : [
            {
              at,
              what: state,
              upload,
              where: 'office',
              ...(reason === undefined ? {} : { reason }),
            } as const,
          ];
    const before = {
      ...sent,
      at: at - 26 * hour,
      upload: `${upload}-before`,
      size: Math.floor(size * 0.9),
      isKept: false,
    };
    if (state === 'sending')
      return [{ at, what: 'sending', upload, size, partition: 3, first: 120_411 }, before];
    return [
      ...ended,
      sent,
      { at: at - 12_000, what: 'sending', upload, size, partition: 3, first: 120_411 },
      before,
    ];
  }

  watch(listener: ConsoleListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#listeners.clear();
  }

  /** Something happens everywhere. */
  step(): void {
    const random = this.#random;
    const now = Date.now();
    const uploaders = this.#sections.uploaders.map((row) =>
      row.state !== 'running' || !random.chance(0.3)
        ? row
        : {
            ...row,
            seen: now,
            rate: Math.round((row.rate ?? 0) * (0.8 + 0.4 * random.next())),
            sentFiles: row.sentFiles + random.below(4),
          },
    );
    const changed = uploaders.filter((row, index) => row !== this.#sections.uploaders[index]);
    const streams = this.#sections.streams.map((row) =>
      row.state === 'live'
        ? { ...row, viewers: Math.max(0, (row.viewers ?? 0) + random.between(-3, 4)) }
        : row,
    );
    this.#sections = { ...this.#sections, uploaders, streams };
    this.#tell('change', { uploaders: changed, streams });
    const moved = this.#files
      .filter(({ state }) => state === 'sending')
      .map((row) => ({
        ...row,
        done: Math.min(row.size, row.done + Math.floor(row.size * 0.03 * random.next())),
      }));
    this.change([...moved, this.#newFile(now)]);
    this.#tell('point', { at: now, totals: this.totals() });
  }

  /** Files become these, the new ones first. */
  change(rows: readonly FileRow[]): void {
    const known = new Map(rows.map((row) => [row.id, row]));
    this.#files = this.#files.map((row) => {
      const other = known.get(row.id);
      known.delete(row.id);
      return other ?? row;
    });
    this.#files.unshift(...known.values());
    this.#tell('files', { files: rows.slice(0, 200), more: rows.length > 200 });
  }

  /** Other rows of a section. */
  sets(sections: Partial<Sections>): void {
    this.#sections = { ...this.#sections, ...sections };
    this.#tell('change', sections);
  }

  /** Kafka goes away, or comes back. */
  setTrouble(message: string | undefined): void {
    this.#trouble = message;
    this.#tell('trouble', message === undefined ? {} : { message });
  }

  #newFile(at: number): FileRow {
    const path = `live/${String(++this.#named).padStart(6, '0')}.jpg`;
    const size = 200_000 + this.#random.below(3_000_000);
    const upload = `live-${this.#named}`;
    return {
      id: `till-01/${path}`,
      uploader: 'till-01',
      path,
      state: 'arrived',
      size,
      done: size,
      mtime: at,
      at,
      upload,
      digest: 'sha-256:0',
    };
  }

  #tell: ConsoleListener = (event, data) => {
    for (const listener of this.#listeners) listener(event, data);
  };
}

function isMeant({ id, uploader, state }: FileRow, question: FilesQuestion): boolean {
  const { search = '' } = question;
  if (question.uploader !== undefined && question.uploader !== uploader) return false;
  if (question.state !== undefined && question.state !== state) return false;
  if (!search.includes('*')) return id.toLowerCase().includes(search.toLowerCase());
  const pieces = search.split('*').map((piece) => piece.replaceAll(/[^\w]/g, '\\$&'));
  return new RegExp(`^${pieces.join('.*')}$`, 'i').test(id);
}
