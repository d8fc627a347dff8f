/** The keys that stand on `L.keys`, and what each of them opens. Pure: times come in. */
import { type SenderKey, senderKeyDigest, senderKeyId } from '../../../records/sender-key.ts';
import { streamMatcher } from './pattern.ts';

interface KnownKey extends SenderKey {
  readonly opens: (stream: string) => boolean;
}

export type KeyAnswer =
  | { readonly isGood: true; readonly digest: string }
  /** `message` may be shown to whoever gave the key, and tells those without one nothing. */
  | { readonly isGood: false; readonly message: string };

export class KnownKeys {
  readonly #keys = new Map<string, KnownKey>();

  get size(): number {
    return this.#keys.size;
  }

  list(): readonly SenderKey[] {
    return [...this.#keys.values()].map(({ opens: _, ...key }) => key);
  }

  /** It is one of them, whatever it opens. */
  has(given: string): boolean {
    return this.#keys.has(senderKeyDigest(given));
  }

  /** A record of the topic: a key, or that one was taken back. */
  take(digest: string, key: SenderKey | undefined): void {
    if (key === undefined) this.#keys.delete(digest);
    else this.#keys.set(digest, { ...key, opens: streamMatcher(key.streams) });
  }

  /**
   * Whether a key opens a stream. It is found by its digest: how long that takes tells something of the digest of what was given, which
   * whoever gave it could have computed, and nothing of the keys that stand here.
   */
  ask(given: string, stream: string, now: number): KeyAnswer {
    const key = this.#keys.get(senderKeyDigest(given));
    if (given === '') return refused(`stream "${stream}" needs a key: send to ${stream}?key=KEY`);
    if (key === undefined) return refused(`the key opens no stream "${stream}" here`);
    if (isOver(key, now)) {
      // With the time of this machine, whose clock may be what is wrong.
      return refused(
        `the key was good until ${minuteOf(key.expires ?? 0)} UTC, and here it is ${minuteOf(now)}: ask for a new one`,
      );
    }
    if (!key.opens(stream)) return refused(`the key is for other streams than "${stream}"`);
    return { isGood: true, digest: key.digest };
  }

  /** Whether a key that opened a stream still does. */
  holds(digest: string, stream: string, now: number): boolean {
    const key = this.#keys.get(digest);
    return key !== undefined && !isOver(key, now) && key.opens(stream);
  }
}

/** `2026-09-21 14:13`, of milliseconds since 1970. */
function minuteOf(time: number): string {
  return new Date(time).toISOString().slice(0, 16).replace('T', ' ');
}

/** How a key is called in a log. */
export function keyText({ digest, name }: SenderKey): string {
  return name === '' ? senderKeyId(digest) : `${senderKeyId(digest)} (${name})`;
}

function isOver({ expires }: SenderKey, now: number): boolean {
  return expires !== undefined && expires <= now;
}

function refused(message: string): KeyAnswer {
  return { isGood: false, message };
}
