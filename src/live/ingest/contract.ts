/**
 * What a protocol's server (`rtmp/`, `srt/`, `whip/`) and the desk that publishes say to each other. A server parses its protocol up to the point where a sender has named
 * its stream and its key, asks the desk, and hands over the media from then on; it knows nothing of Kafka, of keys, and of FFmpeg.
 */

/** Who wants to send. */
export interface Caller {
  readonly protocol: 'rtmp' | 'rtmps' | 'srt' | 'whip';
  readonly stream: string;
  /** As the sender gave it; never logged. */
  readonly key: string;
  /** Address and port of the sender, for the log. */
  readonly address: string;
}

/** `denied`: the key opens no such stream (also for keys that are over); `busy`: another one sends it; `full`: there are too many; `closing`: ask another server. */
export type Refusal = 'denied' | 'busy' | 'full' | 'closing' | 'invalid';

export type Answer =
  | { readonly isAdmitted: true; readonly seat: Seat }
  | { readonly isAdmitted: false; readonly why: Refusal; readonly message: string };

/** Bytes of one sender, as FFmpeg reads them from a pipe. */
export interface SenderMedia {
  /** FFmpeg's name of the demuxer. */
  readonly container: 'flv' | 'mpegts' | 'matroska' | 'nut';
  /** The size of the first picture, where it is known and later ones may have others: the stream keeps this one. */
  readonly picture?: { readonly width: number; readonly height: number };
  /** Read at the pace of whoever encodes: a server stops reading its socket meanwhile where its protocol can. Ends when the sender has ended in good order, throws when it was lost. */
  readonly bytes: AsyncIterable<Buffer>;
}

/** The place of one sender at the desk, from its admission to its end. */
export interface Seat {
  /** Aborted when the sender must go; its reason is an Error whose message can be shown to the sender. */
  readonly signal: AbortSignal;
  /** Somebody else sends the stream; nothing of this one is published before that one ends, or gives too little. */
  readonly standsBy?: boolean;
  /** Publishes what comes; resolves when the media has ended and was taken. A sender that was lost is waited for by the desk; the server only ends this call. */
  send(media: SenderMedia): Promise<void>;
  /** Something that is not as it should be with what is sent, in one sentence: for whoever looks after the stream. */
  note?(message: string): void;
  /** What follows is to be read otherwise than was said at first (another size, another profile): where it is copied, the sender is told to go, and to come anew. */
  changed?(what: 'picture' | 'sound'): void;
  /** The sender went before it sent anything; after `send` nothing is to be done. */
  leave(): void;
}

export interface Desk {
  /** Answers within two seconds. Never throws: what is wrong with Kafka is a refusal (`closing`). */
  ask(caller: Caller): Promise<Answer>;
}
