/** Who may send which stream, and what becomes of it: the desk that all protocols ask. */
import { SluiceError } from '../../../errors.ts';
import { isStreamName } from '../../../records/live-names.ts';
import { withoutSecrets } from '../../../secrets.ts';
import type { Answer, Caller, Desk, Refusal, SenderMedia } from '../contract.ts';
import type { IngestEvent } from '../events.ts';
import type { Holders } from './holders.ts';
import { Place } from './place.ts';
import type { Senders } from './senders.ts';

/** Whether somebody may send, and by what. `message` can be shown to the sender. */
export type Admission =
  | { readonly isGood: true; readonly opener?: string }
  | { readonly isGood: false; readonly message: string; readonly why?: Refusal };

export interface DeskOptions {
  readonly admit: (caller: Caller) => Promise<Admission> | Admission;
  /** What a sender gives as its stream's name is a key. */
  readonly isKey?: (text: string) => boolean;
  /** Why nobody can be let in at present; undefined: all is well. */
  readonly away: () => string | undefined;
  readonly holders: Holders;
  readonly second: 'refuse' | 'take-over' | 'stand-by';
  readonly maxStreams: number;
  /** Milliseconds without a byte after which a sender is lost. */
  readonly silence: number;
  /** What goes on as it comes. Default: nothing. */
  readonly copies?: { readonly picture: boolean; readonly sound: boolean };
  readonly publish: (publishing: Publishing) => Promise<void>;
  /** Somebody who was let in has gone, or found no place. */
  readonly onLeft?: (caller: Caller) => void;
  /** `admit` could not say. Senders are told no reason, for it names what stands behind this server. */
  readonly onUnknown?: (reason: unknown) => void;
  readonly onEvent: (event: IngestEvent) => void;
}

/** One programme to be published. */
export interface Publishing {
  readonly stream: string;
  readonly senders: Senders;
  readonly container: SenderMedia['container'];
  readonly signal: AbortSignal;
}

export class IngestDesk implements Desk {
  readonly #options: DeskOptions;
  readonly #places = new Map<string, Place>();
  #closing: Error | undefined;

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  async ask(caller: Caller): Promise<Answer> {
    const { protocol, address } = caller;
    const { onEvent, isKey } = this.#options;
    // Programs have one field for both, and people enter what they have.
    const isMistaken = isKey?.(caller.stream) === true;
    const stream = isMistaken ? '***' : shown(caller.stream);
    const answer = isMistaken ? refused('invalid', keyForName) : await this.#answer(caller);
    if (answer.isAdmitted) {
      const who = `${protocol.toUpperCase()} from ${address}`;
      const told = { type: 'sender', stream, state: 'admitted', protocol, address } as const;
      if (answer.seat.standsBy === true)
        onEvent({ ...told, standBy: true, message: `stream "${stream}" has a stand-by: ${who}` });
      else onEvent({ ...told, message: `stream "${stream}" is sent by ${who}` });
    } else onEvent({ type: 'refused', why: answer.why, stream, protocol, address, message: answer.message });
    return answer;
  }

  /** Sends away whoever may not send any more. */
  review(holds: (opener: string, stream: string) => boolean): void {
    for (const [stream, { seats }] of this.#places) {
      for (const seat of seats) {
        if (seat.opener === undefined || holds(seat.opener, stream)) continue;
        seat.dismiss(new SluiceError(`the key of stream "${stream}" does not hold any more`), 'final');
      }
    }
  }

  /** Ends all programmes in good order; who comes now is refused. */
  async close(): Promise<void> {
    this.#closing ??= new SluiceError('this server is going down: connect again, or to another one');
    const reason = this.#closing;
    await Promise.all([...this.#places.values()].map((place) => place.close(reason)));
  }

  async #answer(caller: Caller): Promise<Answer> {
    const { stream } = caller;
    const { away, admit } = this.#options;
    const goes = this.#goes();
    if (goes !== undefined) return goes;
    if (!isStreamName(stream)) return refused('invalid', notAName(stream));
    const reason = away();
    if (reason !== undefined) return refused('closing', reason);
    let admission: Admission;
    try {
      admission = await admit(caller);
    } catch (reason) {
      this.#options.onUnknown?.(reason);
      return refused('closing', 'it cannot be found out who may send: try again later');
    }
    if (!admission.isGood) return refused(admission.why ?? 'denied', admission.message);
    const answer = this.#goes() ?? this.#seat(caller, admission.opener);
    // Who was asked whether he may send is told of his end too.
    if (!answer.isAdmitted) this.#options.onLeft?.(caller);
    return answer;
  }

  #goes(): Answer | undefined {
    return this.#closing === undefined ? undefined : refused('closing', this.#closing.message);
  }

  /** At once: between a look at who has the seat and taking it nobody else can come. */
  #seat(caller: Caller, opener: string | undefined): Answer {
    const { stream } = caller;
    const { second, maxStreams, holders } = this.#options;
    const place = this.#places.get(stream);
    if (second === 'stand-by' && place?.isTaken === true && (place.seats.length > 1 || !place.isSilent)) {
      if (place.hasStandBy) return refused('busy', `${sentAlready(stream)}, and has a stand-by`);
      return { isAdmitted: true, seat: place.standByFor(caller, opener) };
    }
    const mayTake = second === 'take-over' || place?.isSilent === true;
    if (place?.isTaken === true && !mayTake) return refused('busy', sentAlready(stream));
    const elsewhere = place?.isOpen === true ? undefined : holders.elsewhere(stream, performance.now());
    if (elsewhere !== undefined && second !== 'take-over')
      return refused('busy', `${sentAlready(stream)} (on ${elsewhere})`);
    if (place === undefined && this.#places.size >= maxStreams)
      return refused('full', `this server takes ${maxStreams} streams at a time, and has as many`);
    return { isAdmitted: true, seat: (place ?? this.#open(stream)).seatFor(caller, opener) };
  }

  #open(stream: string): Place {
    const { publish, silence, copies, onEvent, onLeft } = this.#options;
    const place: Place = new Place({
      stream,
      silence,
      copies: copies ?? { picture: false, sound: false },
      publish: (senders, container, signal) => publish({ stream, senders, container, signal }),
      onSender: (event) => onEvent({ type: 'sender', stream, ...event }),
      onLeft: (caller) => onLeft?.(caller),
      onNote: (message) => onEvent({ type: 'warning', stream, message }),
      onFailure: (error) => {
        const message = error instanceof Error ? error.message : String(error);
        onEvent({ type: 'stream-failed', stream, message });
      },
      onEmpty: () => {
        if (this.#places.get(stream) === place) this.#places.delete(stream);
      },
    });
    this.#places.set(stream, place);
    return place;
  }
}

function refused(why: Refusal, message: string): Answer {
  return { isAdmitted: false, why, message };
}

function sentAlready(stream: string): string {
  return `stream "${stream}" is being sent already`;
}

const keyForName = 'a key stands where the name of the stream belongs: send to STREAM?key=KEY';

/** A name as it may be told: it may have a key behind it that was not written as one. */
function shown(stream: string): string {
  return withoutSecrets(stream.slice(0, 80));
}

function notAName(stream: string): string {
  return `"${shown(stream)}" is no name of a stream: 1 to 64 letters, digits, dots, underscores and hyphens, the first a letter or a digit`;
}
