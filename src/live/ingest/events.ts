/** What `ingest` tells while it runs. Nothing of it has a key. */
import type { FiguresEvent } from '../../figures/options.ts';
import type { ResumedEvent, WaitingEvent } from '../../files/shared/events.ts';
import type { PublishEvent } from '../publish/events.ts';
import type { Caller, Refusal } from './contract.ts';

/** Senders may come. */
export interface ListeningEvent {
  readonly type: 'listening';
  readonly protocol: Caller['protocol'];
  readonly port: number;
  /** Where senders send to: `rtmp://HOST:PORT/live/STREAM?key=KEY`. */
  readonly url: string;
}

/** Of one sender: it may send, has taken over from the one that it stood by for, has sent all, or is not there any more. */
export interface SenderEvent {
  readonly type: 'sender';
  readonly stream: string;
  readonly state: 'admitted' | 'took-over' | 'ended' | 'lost' | 'dismissed';
  /** Another one sends the stream at this moment. */
  readonly standBy?: true;
  readonly protocol: Caller['protocol'];
  readonly address: string;
  readonly message: string;
}

/** Somebody was not let in. */
export interface RefusedEvent {
  readonly type: 'refused';
  readonly why: Refusal;
  /** As it was asked for, cut to 80 characters. */
  readonly stream: string;
  readonly protocol: Caller['protocol'];
  readonly address: string;
  readonly message: string;
}

/** A stream cannot be published: its senders are sent away. */
export interface StreamFailedEvent {
  readonly type: 'stream-failed';
  readonly stream: string;
  readonly message: string;
}

/** One sentence that concerns all streams. */
export interface IngestWarningEvent {
  readonly type: 'notice';
  readonly message: string;
}

/** What a publisher tells, with its stream's name. */
export type StreamEvent = Exclude<PublishEvent, FiguresEvent> & { readonly stream: string };

export type IngestEvent =
  | ListeningEvent
  | FiguresEvent
  | SenderEvent
  | RefusedEvent
  | StreamFailedEvent
  | IngestWarningEvent
  | StreamEvent
  | ((WaitingEvent | ResumedEvent) & { readonly stream?: undefined });
