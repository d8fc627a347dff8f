/** What a fault may do to a server that keeps every rule. */
import type { Rendition } from '../../../src/delivery/contract.ts';
import type { Judgement } from '../../../src/delivery/hls/directives.ts';
import type { Address } from '../../../src/delivery/http/target.ts';
import type { FakeStream } from './stream.ts';

/** What is sent. */
export interface FakeReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Of which playlist a text is. */
export interface About {
  readonly rendition: string;
  readonly skip: boolean;
  /** How many of this rendition were served, this one included. */
  readonly count: number;
  /** The oldest full playlist that was served of it in the last 3 s, which lists nothing that is gone. */
  readonly earlier: string | undefined;
  /** At the second port. */
  readonly isOther: boolean;
  readonly stream: FakeStream;
}

export interface Fault {
  readonly id: string;
  /** The rules that it breaks, and no others. */
  readonly breaks: readonly string[];
  /** Rules that it breaks, or not, by when the checker comes. */
  readonly mayBreak?: readonly string[];
  readonly multivariant?: (text: string) => string;
  readonly playlist?: (text: string, about: About) => string;
  readonly judge?: (truth: Judgement, query: URLSearchParams, rendition: Rendition) => Judgement;
  readonly reply?: (reply: FakeReply, address: Address, stream: FakeStream) => FakeReply | Promise<FakeReply>;
  /** Makes other bytes of a part's, and of its segment's. */
  readonly bytes?: (bytes: Buffer) => Buffer;
  /** Full playlists to those who ask for deltas. */
  readonly noSkip?: true;
  /** The hinted part is not waited for. */
  readonly noHolding?: true;
  readonly noGzip?: true;
}
