/** What comes in at the moment, kept from the events: for operators and their programs. Pure: times come in. */
import type { IngestEvent, SenderEvent } from './events.ts';

/** Who would take over. */
export interface StandByOnBoard {
  readonly protocol: SenderEvent['protocol'];
  readonly address: string;
  /** Milliseconds since the epoch: when it began to stand by. */
  readonly since: number;
}

/** One stream that has, or awaits, a sender. */
export interface StreamOnBoard {
  readonly stream: string;
  /** `waiting`: its sender has gone, and is waited for, or its programme is being ended. */
  readonly state: 'sending' | 'waiting';
  readonly protocol: SenderEvent['protocol'];
  readonly address: string;
  /** Milliseconds since the epoch: when this sender was let in. */
  readonly since: number;
  /** Bits a second that go to Kafka, all renditions together. */
  readonly bitrate: number;
  /** Bytes that wait to be handed to Kafka. */
  readonly spooled: number;
  /** Parts that Kafka has acknowledged, of this programme. */
  readonly parts: number;
  /** Milliseconds since the epoch: when Kafka has acknowledged something last, or this sender was let in. */
  readonly through: number;
  /** Of the programme; 0: there is none yet. */
  readonly epoch: number;
  /** How often its sender was lost. */
  readonly losses: number;
  readonly standBy?: StandByOnBoard | undefined;
  /** How often a stand-by has taken over. */
  readonly takeOvers: number;
  /** Segments that were given up. */
  readonly gaps: number;
  /** The newest sentences about what is not as it should be, the last one last. */
  readonly faults: readonly string[];
}

export interface Totals {
  readonly admitted: number;
  readonly refused: Readonly<Record<string, number>>;
  readonly lost: number;
  readonly takeOvers: number;
  /** Sent away: by another sender, a key that is over, an encoder that could not go on. */
  readonly dismissed: number;
  readonly failed: number;
}

const mostFaults = 10;

export class Board {
  readonly #streams = new Map<string, StreamOnBoard>();
  readonly #refused: Record<string, number> = {};
  #admitted = 0;
  #lost = 0;
  #takeOvers = 0;
  #dismissed = 0;
  #failed = 0;

  get streams(): readonly StreamOnBoard[] {
    return [...this.#streams.values()];
  }

  get totals(): Totals {
    return {
      admitted: this.#admitted,
      refused: { ...this.#refused },
      lost: this.#lost,
      takeOvers: this.#takeOvers,
      dismissed: this.#dismissed,
      failed: this.#failed,
    };
  }

  push(event: IngestEvent, now: number): void {
    switch (event.type) {
      case 'refused':
        this.#refused[event.why] = (this.#refused[event.why] ?? 0) + 1;
        return;
      case 'sender':
        this.#sender(event, now);
        return;
      case 'stream-failed':
        this.#failed += 1;
        this.#end(event.stream);
        return;
      case 'ended':
        this.#end(event.stream);
        return;
      case 'started':
        this.#change(event.stream, () => ({ epoch: event.epoch }));
        return;
      case 'progress':
        this.#change(event.stream, (before) => {
          const { bitrate, epoch, spooled, parts } = event;
          const isNew = parts > 0 && parts !== before.parts;
          return { bitrate, epoch, spooled, parts, through: isNew ? now : before.through };
        });
        return;
      case 'gap':
        this.#change(event.stream, ({ gaps }) => ({ gaps: gaps + 1 }));
        this.#fault(event.stream, event.message);
        return;
      case 'warning':
      case 'spooling':
      case 'encoder-restarted':
      case 'fenced':
        this.#fault(event.stream, event.message);
        return;
      case 'waiting':
        if (event.stream !== undefined) this.#fault(event.stream, event.message);
        return;
      default:
    }
  }

  #sender(event: SenderEvent, now: number): void {
    const { stream, state, protocol, address } = event;
    const before = this.#streams.get(stream);
    if (state === 'admitted') this.#admitted += 1;
    if (state === 'took-over') {
      this.#takeOvers += 1;
      this.#tookOver(event, now);
      return;
    }
    if (state === 'admitted' && event.standBy === true) {
      this.#change(stream, () => ({ standBy: { protocol, address, since: now } }));
      return;
    }
    if (state === 'admitted') {
      const nothing = { bitrate: 0, spooled: 0, parts: 0, epoch: 0 };
      const fresh = { ...nothing, losses: 0, takeOvers: 0, gaps: 0, faults: [] };
      this.#streams.set(stream, {
        ...fresh,
        ...before,
        stream,
        state: 'sending',
        protocol,
        address,
        since: now,
        through: now,
      });
      return;
    }
    if (state === 'lost') this.#lost += 1;
    if (state === 'dismissed') this.#dismissed += 1;
    if (before?.standBy?.address === address) {
      this.#change(stream, () => ({ standBy: undefined }));
      this.#fault(stream, event.message);
      if (before.state === 'waiting' && before.epoch === 0) this.#streams.delete(stream);
      return;
    }
    // Another one may have taken its place already.
    if (before?.address !== address) return;
    if (before.epoch === 0 && before.standBy === undefined) this.#streams.delete(stream);
    else {
      const losses = before.losses + (state === 'lost' ? 1 : 0);
      this.#streams.set(stream, { ...before, state: 'waiting', bitrate: 0, losses });
    }
  }

  #tookOver({ stream, protocol, address, message }: SenderEvent, now: number): void {
    this.#change(stream, (before) => {
      const isThere = before.state === 'sending' && before.address !== address;
      const standBy = isThere
        ? { protocol: before.protocol, address: before.address, since: now }
        : undefined;
      const since = before.standBy?.since ?? now;
      const takeOvers = before.takeOvers + 1;
      return { state: 'sending', protocol, address, since, through: now, standBy, takeOvers };
    });
    this.#fault(stream, message);
  }

  /** Of a stream that somebody sends again already, another programme begins. */
  #end(stream: string): void {
    const before = this.#streams.get(stream);
    if (before?.state === 'waiting' && before.standBy === undefined) this.#streams.delete(stream);
    else this.#change(stream, () => ({ epoch: 0, spooled: 0, parts: 0 }));
  }

  #fault(stream: string, message: string): void {
    this.#change(stream, ({ faults }) => ({ faults: [...faults, message].slice(-mostFaults) }));
  }

  #change(stream: string, change: (before: StreamOnBoard) => Partial<StreamOnBoard>): void {
    const before = this.#streams.get(stream);
    if (before !== undefined) this.#streams.set(stream, { ...before, ...change(before) });
  }
}
