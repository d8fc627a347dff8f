/** Where the bytes of an upload go as they come, and what is known of them: in one way for each kind of sink. */
import { FormatError } from '../../errors.ts';
import type { Chunk } from '../../records/file-record.ts';
import type { ByteRange } from '../../stores/contract.ts';

/** Two records claim different bytes for one range. */
export class ConflictError extends FormatError {
  override name = 'ConflictError';
}

/** How an upload is fetched again: alone, or in one reading with others that wait for their turn. */
export type Turn = 'alone' | 'with-others';

export interface IncomingBytes {
  /**
   * Takes a chunk; resolves once its bytes are hashed and written, or passed over. The chunk is claimed and handed to both before the
   * first await, so that calls in the order of the records keep that order. Throws ConflictError when other bytes stand there already.
   */
  take(chunk: Chunk): Promise<void>;
  /** Ranges of bytes that are claimed, or kept until those before them come. */
  readonly pieces: number;
  /** Bytes that are claimed: they need not come again. */
  readonly bytes: number;
  /** True when every byte has come (it may still be on its way to the sink). */
  readonly complete: boolean;
  /** What has not come. */
  readonly missing: readonly ByteRange[];
  /** Resolves when nothing is on its way to the sink, or compared; rejects when a write ever failed: those bytes are claimed, not there. */
  settled(): Promise<void>;
  /**
   * The digest of the whole file, as `algorithm:hex`; call it when complete and settled. Throws StoppedError when the signal comes
   * while bytes are read back, and VanishedError where all of it has to be had again for that. `now`: steady milliseconds.
   */
  digest(wanted: string, signal: AbortSignal, now: number): Promise<string>;
  /** What was hashed may be wrong through no fault of the topic: true each time, or only as long as it was never fetched again. */
  readonly mayBeDamaged: 'each-time' | 'once' | false;
  /** It waits for its turn: what came of it was passed over, for there was no room for it. The topic has it. */
  readonly isPassedOver: boolean;
  /** Asks for the sink's memory, to be fetched again; undefined while others have it. Its chunks are to be handed over once more then. */
  takeTurn(): Turn | undefined;
  /** Settles when others have given back what they had. */
  readonly turnFreed: Promise<void>;
  /** True when nobody has looked at its bytes for so long that they are to be read back. */
  hasLainLong(now: number): boolean;
  /** Makes what is written durable; gives the ranges that the next run will find. */
  sync(): Promise<ByteRange[]>;
  /** All of the bytes stand in the temporary file, where nobody has hashed them. Only where the sink made it so. */
  hasAll?(): void;
  /** Forgets all that has come: its temporary file is gone. Call it when settled. */
  reset(): void;
  /** Gives back what it holds in this process. Idempotent. */
  end(): void;
}
