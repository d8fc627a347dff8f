/** A conclusion looked through before anybody is asked: what the caller wants, or why it cannot have it. */
import type { Handshake } from './handshake.ts';
import { type Capabilities, capability, decodeCapabilities, decodeText } from './handshake-extensions.ts';
import { cipherCounter, decodeKeyMessage, type KeyMessage } from './key-message.ts';
import { extension } from './packet.ts';
import { type Reason, reason } from './reasons.ts';
import { parseStreamId, type WantedStream } from './stream-id.ts';

export interface Application {
  readonly wanted: WantedStream;
  readonly peer: Capabilities;
  /** The message as it came, and what it says; with a passphrase only. */
  readonly keys?: { readonly content: Buffer; readonly message: KeyMessage };
}

/** The first version with these handshakes. */
const leastVersion = 0x010300;

/** An application, or the reason of SRT for which it is refused. */
export function examine(asked: Handshake, hasPassphrase: boolean): Application | Reason {
  if (asked.version < 5) return reason.version;
  const found = (type: number) => asked.extensions.find((block) => block.type === type)?.content;
  const peer = decodeCapabilities(found(extension.request) ?? Buffer.alloc(0));
  if (peer === undefined || asked.maximumSegment < 76 || asked.maximumSegment > 65535) return reason.rogue;
  if (peer.version < leastVersion) return reason.version;
  const unfit = whatIsUnfit(peer, found);
  if (unfit !== undefined) return unfit;
  const keys = keysOf(found(extension.keyRequest), hasPassphrase);
  if (typeof keys === 'number') return keys;
  const wanted = parseStreamId(decodeText(found(extension.streamId) ?? Buffer.alloc(0)) ?? '');
  if (wanted === undefined) return reason.badRequest;
  if (!wanted.wantsToPublish) return reason.badMode;
  if (wanted.key === '') return reason.unauthorized;
  return { wanted, peer, ...(keys === undefined ? {} : { keys }) };
}

function whatIsUnfit(peer: Capabilities, found: (type: number) => Buffer | undefined): Reason | undefined {
  const congestion = found(extension.congestionControl);
  if ((peer.flags & capability.isStream) !== 0) return reason.messages;
  if (congestion !== undefined && decodeText(congestion) !== 'live') return reason.congestionControl;
  if (found(extension.filter) !== undefined) return reason.filter;
  return found(extension.group) === undefined ? undefined : reason.group;
}

function keysOf(content: Buffer | undefined, hasPassphrase: boolean): Application['keys'] | Reason {
  if ((content !== undefined) !== hasPassphrase) return reason.unsecure;
  if (content === undefined) return undefined;
  const message = decodeKeyMessage(content);
  if (message === undefined) return reason.rogue;
  return message.cipher === cipherCounter ? { content, message } : reason.cipher;
}
