/** What is wanted of a library of WebRTC: an agreement, then packets of RTP and RTCP as they are, both ways. What they hold is ours to read. */
import type { Logger } from '../../../log.ts';

export interface PeerListener {
  /** A packet, decrypted. `mid`: of the media that it was sent for; of RTCP any. It is the listener's own. */
  onPacket(bytes: Buffer, mid: string): void;
  /** `connected` at most once; then `closed` by the other side, or `failed`: it cannot be reached (any more). */
  onState(state: 'connected' | 'closed' | 'failed'): void;
}

export interface Peer {
  /** Agrees to all that the offer has, once; resolves with the answer and all addresses of ours. Rejects where the offer makes no sense. */
  answer(offer: string): Promise<string>;
  addCandidate(candidate: string, mid: string): void;
  /** A packet of RTCP. Dropped where nobody is connected. */
  send(bytes: Buffer): void;
  /** Idempotent. Nothing is told to the listener any more. */
  close(): void;
}

/** All peers of a server share one port. */
export interface Peers {
  open(listener: PeerListener): Peer;
  /** Once all of its peers are closed. */
  close(): void;
}

export interface PeersOptions {
  /** Of this machine; undefined: all of its addresses. */
  readonly host: string | undefined;
  /** Of UDP, for all senders. */
  readonly port: number;
  readonly logger: Logger;
}

/** Rejects with ConfigurationError where the port cannot be had. */
export type OpenPeers = (options: PeersOptions) => Promise<Peers>;
