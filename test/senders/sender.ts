/** What all senders of the table have in common, whatever program they are. */
import type { Owner } from '../support/owner.ts';

/** Where a sender sends to. */
export interface Target {
  readonly protocol: 'rtmp' | 'rtmps' | 'srt' | 'whip';
  readonly port: number;
  readonly stream: string;
  readonly key: string;
}

/** A sender that was told to send. */
export interface Sending {
  /** Of `performance.now`: when its user told it to. */
  readonly began: number;
  /** The words in which its user reads that it was refused; undefined: none yet. */
  refusal(): Promise<string | undefined>;
  /** The last of what it has printed, for whoever looks for a fault. */
  said?(): string;
  /** Ends it as its user does: resolves once it was told to. */
  stop(): Promise<void>;
}

/** One row. */
export interface SenderProgram {
  readonly name: string;
  readonly protocol: Target['protocol'];
  /** Asked before anything is started: rejects where it is not there, with what would bring it. */
  version(): Promise<string>;
  /** Why it is not to be had here; such a row is told, and not played. */
  readonly missing?: string;
  /** It sends what FFmpeg reads from release 6.1 on: to a server that has one. */
  readonly needsNewFfmpeg?: boolean;
  send(owner: Owner, target: Target): Promise<Sending>;
}

/** `rtmp://127.0.0.1:1935/live/S?key=K`, `srt://127.0.0.1:9000?streamid=S?key=K`, `http://127.0.0.1:8889/whip/S`. */
export function addressOf({ protocol, port, stream, key }: Target): string {
  const host = `127.0.0.1:${port}`;
  if (protocol === 'srt') return `srt://${host}?streamid=${stream}?key=${key}`;
  if (protocol === 'whip') return `http://${host}/whip/${stream}`;
  return `${protocol}://${host}/live/${stream}?key=${key}`;
}
