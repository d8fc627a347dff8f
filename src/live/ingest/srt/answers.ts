/** What a listener answers to handshakes (draft-sharabayko-srt, 4.3.1). */
import {
  encodeHandshake,
  type Handshake,
  type HandshakeExtension,
  handshakeType,
  hasExtension,
  magic,
} from './handshake.ts';
import { type Capabilities, capability, encodeCapabilities } from './handshake-extensions.ts';
import { extension } from './packet.ts';
import type { Reason } from './reasons.ts';

/** 1.5.0: what we can is what the library of that version can. */
const ourVersion = 0x010500;
const ourFlags =
  capability.timedSending |
  capability.timedReceiving |
  capability.encryption |
  capability.dropsWhatIsLate |
  capability.repeatsLossReports |
  capability.marksWhatIsSentAgain;

/** A failure's type is this and the reason. */
const failure = 1000;
/** Bytes of a datagram with its headers, as Ethernet has them. */
const maximumSegment = 1500;

/** The answer to an induction. `keyLength`: bytes of the key that a sender with a passphrase is advised to take; 0: no advice. */
export function inductionAnswer(asked: Handshake, cookie: number, keyLength: number): Buffer {
  return encodeHandshake({
    ...asked,
    version: 5,
    encryption: keyLength / 8,
    extensionField: magic,
    cookie,
    extensions: [],
  });
}

/** The answer to a conclusion that is refused. */
export function refusalAnswer(asked: Handshake, reason: Reason): Buffer {
  return encodeHandshake({ ...asked, type: failure + reason, extensionField: 0, extensions: [] });
}

export interface Acceptance {
  /** Ours for this sender. */
  readonly socket: number;
  readonly flowWindow: number;
  /** Milliseconds that we wait for what is missing. */
  readonly latency: number;
  readonly peer: Capabilities;
  /** The sender's key message, which is sent back as it is. */
  readonly keyMessage?: Buffer;
}

/** The answer to a conclusion that is accepted. */
export function acceptanceAnswer(asked: Handshake, acceptance: Acceptance): Buffer {
  const { socket, flowWindow, latency, peer, keyMessage } = acceptance;
  const capabilities = encodeCapabilities({
    version: ourVersion,
    flags: ourFlags,
    receiveLatency: latency,
    sendLatency: peer.receiveLatency,
  });
  const extensions: HandshakeExtension[] = [{ type: extension.response, content: capabilities }];
  if (keyMessage !== undefined) extensions.push({ type: extension.keyResponse, content: keyMessage });
  return encodeHandshake({
    ...asked,
    version: 5,
    extensionField: hasExtension.request | (keyMessage === undefined ? 0 : hasExtension.keys),
    maximumSegment: Math.min(asked.maximumSegment, maximumSegment),
    flowWindow,
    type: handshakeType.conclusion,
    socket,
    cookie: asked.cookie,
    extensions,
  });
}
