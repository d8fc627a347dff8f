/** One stream of server-sent events for each page that looks. */
import type { ServerResponse } from 'node:http';
import type { ConsoleEvents, ConsoleModel } from '../contract.ts';

/** Pages at a time, milliseconds, and characters. */
export const eventLimits = {
  clients: 200,
  /** Between two words that mean nothing, so that proxies and we see that the other end is there. */
  beat: 15_000,
  /** That a page may take nothing of what is sent. */
  patience: 60_000,
  /** Characters of events that may wait for a page behind what it is reading. */
  waiting: 256 * 1024,
  /** Characters of one write: Node tells when all of it is taken, and nothing before. */
  piece: 64 * 1024,
} as const;

type Answer = Pick<ServerResponse, 'write' | 'writeHead' | 'end' | 'destroy' | 'on' | 'destroyed'>;

interface Client {
  readonly answer: Answer;
  readonly isAllowed: () => boolean;
  /** Since when it has not taken all that was sent, or when it was last seen to take some of it, by the steady clock. */
  behindSince: number | undefined;
  /** It has taken something since the last look. */
  hasTaken: boolean;
  /** What is to be written once it has taken what was written. */
  readonly rest: string[];
  /** Characters of events that were sent since then. */
  waiting: number;
  /** Events were left out: a new snapshot has to follow. */
  hasMissed: boolean;
}

/** An event as it is sent. Pure. */
export function eventText<K extends keyof ConsoleEvents>(event: K, data: ConsoleEvents[K]): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** All that there is now. */
export function snapshotOf(model: ConsoleModel, drops: string | undefined): ConsoleEvents['snapshot'] {
  const trouble = model.trouble();
  return {
    ...model.sections(),
    now: Date.now(),
    totals: model.totals(),
    ...(trouble === undefined ? {} : { trouble }),
    ...(drops === undefined ? {} : { drops }),
  };
}

export class EventStreams {
  readonly #model: ConsoleModel;
  readonly #drops: () => string | undefined;
  readonly #now: () => number;
  readonly #limits: typeof eventLimits | { readonly [K in keyof typeof eventLimits]: number };
  readonly #clients = new Set<Client>();
  readonly #unwatch: () => void;
  readonly #timer: NodeJS.Timeout;
  #isClosed = false;

  /** `drops`: why dropped files wait; when that becomes another, `tell` is to be called. */
  constructor(
    model: ConsoleModel,
    limits: Partial<Record<keyof typeof eventLimits, number>> = {},
    drops: () => string | undefined = () => undefined,
  ) {
    this.#model = model;
    this.#drops = drops;
    this.#now = () => performance.now();
    this.#limits = { ...eventLimits, ...limits };
    this.#unwatch = model.watch((event, data) => this.#tell(eventText(event, data)));
    this.#timer = setInterval(() => this.#beat(), this.#limits.beat);
    this.#timer.unref();
  }

  /** To all pages. */
  tell<K extends Exclude<keyof ConsoleEvents, 'snapshot'>>(event: K, data: ConsoleEvents[K]): void {
    this.#tell(eventText(event, data));
  }

  get size(): number {
    return this.#clients.size;
  }

  /** Begins to tell. `isAllowed`: asked now and then; whoever is it no more is sent away. False: there are too many already. */
  open(answer: Answer, headers: Readonly<Record<string, string>>, isAllowed: () => boolean): boolean {
    if (this.#isClosed || this.#clients.size >= this.#limits.clients) return false;
    const nothing = { behindSince: undefined, hasTaken: false, rest: [], waiting: 0, hasMissed: false };
    const client: Client = { answer, isAllowed, ...nothing };
    this.#clients.add(client);
    answer.on('close', () => this.#clients.delete(client));
    answer.on('error', () => {});
    answer.on('drain', () => this.#drained(client));
    answer.writeHead(200, {
      ...headers,
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      // nginx would keep events back otherwise.
      'x-accel-buffering': 'no',
    });
    this.#snapshot(client);
    return true;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#unwatch();
    clearInterval(this.#timer);
    for (const client of this.#clients) end(client);
    this.#clients.clear();
  }

  #tell(text: string): void {
    for (const client of this.#clients) {
      if (client.behindSince !== undefined) client.waiting += text.length;
      if (client.waiting > this.#limits.waiting) client.hasMissed = true;
      else this.#send(client, text);
    }
  }

  #send(client: Client, text: string): void {
    if (client.answer.destroyed) return;
    const isFirst = client.rest.length === 0;
    client.rest.push(...piecesOf(text, this.#limits.piece));
    if (isFirst && !write(client)) client.behindSince ??= this.#now();
  }

  #drained(client: Client): void {
    client.hasTaken = true;
    if (!write(client)) return;
    const { hasMissed } = client;
    Object.assign(client, { behindSince: undefined, waiting: 0, hasMissed: false });
    if (hasMissed && this.#clients.has(client)) this.#snapshot(client);
  }

  #snapshot(client: Client): void {
    const snapshot = snapshotOf(this.#model, this.#drops());
    // Which files have changed meanwhile nobody has kept for it.
    const files = eventText('files', { files: [], more: true });
    this.#send(client, `retry: 2000\n${eventText('snapshot', snapshot)}${files}`);
  }

  #beat(): void {
    const now = this.#now();
    for (const client of this.#clients) {
      const { isAllowed } = client;
      // Who takes it slowly takes it: a snapshot over a poor line may need minutes.
      if (client.behindSince !== undefined && client.hasTaken) client.behindSince = now;
      client.hasTaken = false;
      const { behindSince } = client;
      if (!isAllowed()) end(client);
      else if (behindSince === undefined) this.#send(client, ': \n\n');
      else if (now - behindSince > this.#limits.patience) client.answer.destroy();
    }
  }
}

/** As much of the rest as it takes. True when that is all. */
function write({ answer, rest }: Client): boolean {
  let takesMore = true;
  while (takesMore && rest.length > 0) takesMore = answer.write(rest.shift());
  return takesMore;
}

function end({ answer, rest }: Client): void {
  rest.length = 0;
  answer.end();
}

/** Of so many characters, and one more rather than half of one that is two. */
function piecesOf(text: string, length: number): string[] {
  const pieces: string[] = [];
  for (let from = 0; from < text.length; ) {
    const next = text.charCodeAt(from + length);
    const to = from + length + (next >= 0xdc00 && next <= 0xdfff ? 1 : 0);
    pieces.push(text.slice(from, to));
    from = to;
  }
  return pieces;
}
