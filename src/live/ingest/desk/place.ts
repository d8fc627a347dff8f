/** One stream: who may send for it, and the programme that is made of what they send. */
import { describeError, SluiceError } from '../../../errors.ts';
import type { Caller, Seat, SenderMedia } from '../contract.ts';
import type { SenderEvent } from '../events.ts';
import { Senders } from './senders.ts';

export interface PlaceOptions {
  readonly stream: string;
  /** Milliseconds without a byte after which a sender is lost. */
  readonly silence: number;
  /** Publishes one programme of what senders give; resolves when it has ended, rejects with what makes it impossible. */
  readonly publish: (
    senders: Senders,
    container: SenderMedia['container'],
    signal: AbortSignal,
  ) => Promise<void>;
  /** What goes on as it comes. */
  readonly copies: { readonly picture: boolean; readonly sound: boolean };
  readonly onSender: (event: Omit<SenderEvent, 'type' | 'stream'>) => void;
  /** Somebody who had a seat has gone. */
  readonly onLeft: (caller: Caller) => void;
  readonly onNote: (message: string) => void;
  readonly onFailure: (error: unknown) => void;
  /** Nobody sends, and no programme is open. */
  readonly onEmpty: () => void;
}

/** Milliseconds without a byte after which whoever sends gives way to another who may send the same; of a stand-by nobody sees anything. */
const silentFor = 3000;
const standBySilentFor = 1000;

export class Place {
  readonly #options: PlaceOptions;
  readonly #senders = new Senders();
  readonly #stop = new AbortController();
  #seat: TakenSeat | undefined;
  /** Of who takes over when the one with the seat ends, or gives too little. */
  #standBy: TakenSeat | undefined;
  #programme: Promise<void> | undefined;

  constructor(options: PlaceOptions) {
    this.#options = options;
  }

  /** Somebody sends, or is about to. Of whom all has come, the encoder may still have the last; who is next waits for that. */
  get isTaken(): boolean {
    return this.#seat !== undefined && !this.#isOver;
  }

  get #isOver(): boolean {
    return this.#senders.current?.bytes.isOver === true && !this.#senders.hasNext;
  }

  /** Who sends, or is about to, and who stands by. */
  get seats(): readonly TakenSeat[] {
    return [this.#seat, this.#standBy].filter((seat) => seat !== undefined);
  }

  /** Somebody stands by, and gives signs of life. */
  get hasStandBy(): boolean {
    if (this.#standBy === undefined) return false;
    const [sending] = this.#senders.waiting;
    return (sending?.bytes.silentFor(performance.now()) ?? 0) < standBySilentFor;
  }

  /** Who has the seat says nothing: its connection may be dead without anybody knowing. */
  get isSilent(): boolean {
    return (this.#senders.current?.bytes.silentFor(performance.now()) ?? 0) >= silentFor;
  }

  /** A programme is open: its sender is there, or is waited for. */
  get isOpen(): boolean {
    return this.#programme !== undefined;
  }

  /** Gives the seat to somebody; whoever has it is sent away. */
  seatFor(caller: Caller, opener: string | undefined): TakenSeat {
    const reason = new SluiceError(`another sender has taken over stream "${this.#options.stream}"`);
    if (!this.#isOver) this.#seat?.dismiss(reason, 'followed');
    this.#seat = this.#newSeat(caller, opener);
    return this.#seat;
  }

  /** Lets somebody stand by; whoever does is sent away. */
  standByFor(caller: Caller, opener: string | undefined): TakenSeat {
    const reason = new SluiceError(`another sender stands by for stream "${this.#options.stream}"`);
    this.#standBy?.dismiss(reason, 'followed');
    this.#standBy = this.#newSeat(caller, opener);
    this.#standBy.standsBy = true;
    return this.#standBy;
  }

  #newSeat(caller: Caller, opener: string | undefined): TakenSeat {
    const seat: TakenSeat = new TakenSeat(caller, opener, {
      send: (media) => this.#send(seat, media),
      note: (message) => this.#note(seat, message),
      changed: (what) => this.#changed(seat, what),
      leave: () => {
        this.#tell(seat, 'ended', 'the sender has gone before it sent anything');
        this.#left(seat);
      },
    });
    return seat;
  }

  /** Ends the programme in good order. */
  async close(reason: Error): Promise<void> {
    for (const seat of this.seats) seat.dismiss(reason, 'final');
    this.#stop.abort(reason);
    await this.#programme;
    await this.#senders.finished();
  }

  async #send(seat: TakenSeat, media: SenderMedia): Promise<void> {
    let failure: Error | undefined;
    const offered = this.#senders.offer({
      media,
      silence: this.#options.silence,
      signal: seat.signal,
      isFinal: () => seat.isFinal,
      fail: (reason) => {
        failure = reason;
        seat.dismiss(reason, 'failed');
      },
      note: (message) => this.#note(seat, message),
      taken: () => this.#taken(seat),
      standsBy: seat === this.#standBy,
    });
    // Who was sent away already has offered nothing, and what ends at once would be taken for a programme for ever.
    if (this.#senders.hasNext) this.#programme ??= this.#publish(media.container);
    const ended = await offered;
    const { aborted, reason } = seat.signal;
    const loss: unknown = failure ?? ended ?? (aborted ? reason : undefined);
    const state = aborted ? 'dismissed' : loss === undefined ? 'ended' : 'lost';
    this.#tell(seat, state, loss === undefined ? 'the sender has ended' : describeError(loss));
    this.#left(seat);
  }

  /** It is on the air from now on. */
  #taken(seat: TakenSeat): void {
    if (seat === this.#standBy) {
      this.#standBy = this.#seat;
      if (this.#standBy !== undefined) this.#standBy.standsBy = true;
      this.#seat = seat;
    }
    if (!seat.standsBy) return;
    seat.standsBy = false;
    const { protocol, address } = seat.told;
    const before = this.#standBy === undefined ? '' : '; the one before stands by from now on';
    const message = `the stand-by has taken over (${protocol.toUpperCase()} from ${address})${before}`;
    this.#options.onSender({ ...seat.told, state: 'took-over', message });
  }

  #tell(seat: TakenSeat, state: SenderEvent['state'], message: string): void {
    const said = seat.standsBy ? { standBy: true as const, message: ofStandBy(message) } : { message };
    this.#options.onSender({ ...seat.told, state, ...said });
  }

  #note({ standsBy }: TakenSeat, message: string): void {
    this.#options.onNote(standsBy ? ofStandBy(message) : message);
  }

  /** An init says how all is read that follows it, and there is one for each run of FFmpeg. */
  #changed(seat: TakenSeat, what: 'picture' | 'sound'): void {
    if (!this.#options.copies[what]) return;
    const message = `the ${what} of stream "${this.#options.stream}" is made otherwise from here on (its size, its profile), and is copied: send it anew, and the programme goes on`;
    seat.dismiss(new SluiceError(message), 'failed');
  }

  #left(seat: TakenSeat): void {
    if (this.#standBy === seat) this.#standBy = undefined;
    // Who comes now is no first one.
    if (this.#seat === seat) {
      this.#seat = this.#standBy;
      this.#standBy = undefined;
    }
    this.#options.onLeft(seat.caller);
    this.#tellEmpty();
  }

  /** One programme after the other, while somebody sends. */
  async #publish(container: SenderMedia['container']): Promise<void> {
    try {
      while (this.#senders.hasNext && !this.#stop.signal.aborted)
        await this.#options.publish(this.#senders, container, this.#stop.signal);
    } catch (error) {
      const reason = error instanceof Error ? error : new SluiceError(String(error));
      for (const seat of this.seats) seat.dismiss(reason, 'final');
      this.#senders.clear(reason);
      this.#options.onFailure(error);
    } finally {
      this.#programme = undefined;
      this.#tellEmpty();
    }
  }

  #tellEmpty(): void {
    if (this.#seat === undefined && this.#programme === undefined) this.#options.onEmpty();
  }
}

function ofStandBy(message: string): string {
  return `of the stand-by: ${message}`;
}

type Dismissal = 'followed' | 'failed' | 'final';

type SeatControl = Pick<Required<Seat>, 'send' | 'leave' | 'note' | 'changed'>;

/** The seat of somebody who was let in. */
export class TakenSeat implements Seat {
  readonly caller: Caller;
  readonly #control: SeatControl;
  readonly #dismissed = new AbortController();
  /** What let the sender in: the digest of its key. */
  readonly opener: string | undefined;
  /** Nothing of it is published before it takes over. */
  standsBy = false;
  #isFinal = false;

  constructor(caller: Caller, opener: string | undefined, control: SeatControl) {
    this.caller = caller;
    this.opener = opener;
    this.#control = control;
  }

  get signal(): AbortSignal {
    return this.#dismissed.signal;
  }

  /** It was told to go for good: its programme does not wait for it. */
  get isFinal(): boolean {
    return this.#isFinal;
  }

  get told(): Pick<Caller, 'protocol' | 'address'> {
    const { protocol, address } = this.caller;
    return { protocol, address };
  }

  send(media: SenderMedia): Promise<void> {
    return this.#control.send(media);
  }

  note(message: string): void {
    this.#control.note(message);
  }

  changed(what: 'picture' | 'sound'): void {
    this.#control.changed(what);
  }

  leave(): void {
    this.#control.leave();
  }

  dismiss(reason: Error, how: Dismissal): void {
    if (how === 'final') this.#isFinal = true;
    this.#dismissed.abort(reason);
  }
}
