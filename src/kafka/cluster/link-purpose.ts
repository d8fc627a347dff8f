/** What a link is for. Links of different purposes do not block each other, so whoever waits long has one of its own. PURE. */

export interface LinkPurpose {
  /** Unique in this process, for a link is shared by all who name the same purpose. */
  readonly name: string;
  /** For small requests that any broker answers at once: shared by the whole client, and quick to be distrusted. */
  readonly isControl: boolean;
  /**
   * It is one more beside others that do the same work. A broker that has had enough of them takes a connection and hangs up: nothing is to
   * hang on this one before the broker has answered on it.
   */
  readonly isExtra: boolean;
}

/** Small requests: metadata, offsets, positions. */
export const control: LinkPurpose = { name: 'control', isControl: true, isExtra: false };

let own = 0;

/** A purpose of one owner's own; `kind` says what it does, for whoever looks at it in a debugger. */
export function ownPurpose(kind: 'produce' | 'fetch' | 'heartbeat' | 'join', isExtra = false): LinkPurpose {
  own += 1;
  return { name: `${kind}-${own}`, isControl: false, isExtra };
}
