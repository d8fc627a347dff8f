/** For tests: one partition of a broker as far as idempotent producers see it (KIP-98), with faults to order. */
import type { Batch } from '../../src/kafka/produce/batch.ts';
import { PartitionQueue } from '../../src/kafka/produce/partition-queue.ts';

/** The value of a record that the broker refuses for ever. */
export const poison = Buffer.from('poison');

interface Remembered {
  readonly first: number;
  readonly last: number;
  readonly offset: number;
}

interface Request {
  readonly batch: Batch;
  readonly producerId: bigint;
  readonly sequence: number;
  readonly ids: readonly string[];
  readonly isPoisoned: boolean;
}

type Verdict = { readonly offset: number } | 'out-of-order' | 'refused';

/** What the broker remembers of a producer to tell a retry from a new batch. */
const rememberedBatches = 5;
const sequences = 2 ** 31;

export interface ModelOptions {
  /** Where the numbers of the first identity begin, to come near their end. */
  readonly firstSequence?: number;
  /** May the client ask for the last number that the broker has of it? */
  readonly mayAsk?: boolean;
  /** Are batches compressed before they are sent? */
  readonly compresses?: boolean;
}

export class ModelBroker {
  readonly log: string[] = [];
  readonly resolved = new Map<string, number>();
  readonly rejected = new Map<string, Error>();
  readonly poisoned = new Set<string>();
  readonly queue: PartitionQueue;
  readonly mayAsk: boolean;
  readonly #firstSequence: number;
  readonly #producers = new Map<bigint, Remembered[]>();
  readonly #compressing: Batch[] = [];
  #wire: Request[] = [];
  #nextId = 0;
  #now = 0;
  #nextProducer = 0n;

  constructor({ firstSequence = 0, mayAsk = true, compresses = false }: ModelOptions = {}) {
    this.queue = new PartitionQueue({ compresses });
    this.#firstSequence = firstSequence;
    this.mayAsk = mayAsk;
    this.mend();
  }

  /** Records appended so far; they are numbered from 1. */
  get appended(): number {
    return this.#nextId;
  }

  append(isPoisoned = false): void {
    this.#nextId += 1;
    const id = String(this.#nextId);
    if (isPoisoned) this.poisoned.add(id);
    this.queue.append({
      record: { key: Buffer.from(id), value: isPoisoned ? poison : Buffer.from('fine') },
      size: 100,
      resolve: (offset) => this.resolved.set(id, offset),
      reject: (error) => this.rejected.set(id, error),
    });
  }

  /** Compressed forms that have been handed to the queue and not been released. */
  held = 0;

  /** Begins to compress what the queue offers. */
  startCompressing(): void {
    for (let batch = this.queue.toCompress(); batch; batch = this.queue.toCompress()) {
      this.#compressing.push(batch);
    }
  }

  /** One of those that are being compressed comes to its end. `isSmaller`: it is to be sent that way. */
  finishCompressing(which: number, isSmaller: boolean): void {
    if (this.#compressing.length === 0) return;
    const [batch] = this.#compressing.splice(which % this.#compressing.length, 1);
    let isReleased = false;
    const release = () => {
      if (isReleased) throw new Error('a compressed batch was released twice');
      isReleased = true;
      this.held -= 1;
    };
    if (isSmaller) this.held += 1;
    const records = { compression: 4, bytes: new Uint8Array(10), release };
    this.queue.compressed(batch!, isSmaller ? records : undefined);
  }

  finishAllCompressing(): void {
    this.startCompressing();
    while (this.#compressing.length > 0) this.finishCompressing(0, true);
  }

  /** Sends what the queue gives. */
  send(): void {
    for (let batch = this.queue.next(this.#now); batch; batch = this.queue.next(this.#now)) {
      const { records } = batch;
      this.#wire.push({
        batch,
        producerId: this.queue.identity!.producerId,
        sequence: batch.sequence,
        ids: records.map(({ record }) => Buffer.from(record.key!).toString()),
        isPoisoned: records.some(({ record }) => record.value === poison),
      });
    }
  }

  /** The oldest request arrives, and its answer comes back. */
  serve(): void {
    const request = this.#wire.shift();
    if (request === undefined) return;
    const verdict = this.#judge(request);
    if (verdict === 'out-of-order') this.queue.outOfOrder(request.batch);
    else if (verdict === 'refused') this.queue.refused(request.batch, new Error('poisoned'), 'bad-record');
    else this.queue.acknowledged(request.batch, verdict.offset);
  }

  /** The oldest request is appended, but its replicas are late: the answer is "not now". */
  serveLate(): void {
    const request = this.#wire.shift();
    if (request === undefined) return;
    const verdict = this.#judge(request);
    if (verdict === 'out-of-order') this.queue.outOfOrder(request.batch);
    else if (verdict === 'refused') this.queue.refused(request.batch, new Error('poisoned'), 'bad-record');
    else this.queue.failed(request.batch, true);
  }

  /** The oldest request is turned away before anything of it is appended. */
  turnAway(): void {
    const request = this.#wire.shift();
    if (request) this.queue.failed(request.batch, false);
  }

  /** The connection breaks after so many of the requests under way have arrived. */
  breakConnection(arrived: number): void {
    for (const request of this.#wire.slice(0, arrived)) this.#judge(request);
    for (const { batch } of this.#wire.splice(0)) this.queue.failed(batch, true);
  }

  /** A clean restart: of each producer only the last batch is remembered (the snapshot holds no more). */
  restart(arrived: number): void {
    this.breakConnection(arrived);
    for (const [id, batches] of this.#producers) this.#producers.set(id, batches.slice(-1));
  }

  /** Nothing is written for so long that the broker forgets who has written (`producer.id.expiration.ms`). */
  expire(): void {
    if (!this.queue.isEmpty) return;
    this.#now += 100_000_000;
    this.#producers.clear();
  }

  /** What the owner of a queue does when everything has been answered. */
  mend(): void {
    const { queue } = this;
    if (queue.inFlight > 0) return;
    if (queue.inDoubt) {
      const last = this.#producers.get(queue.identity!.producerId)?.at(-1)?.last ?? 'none';
      queue.settleDoubt(this.mayAsk ? last : undefined, new Error('doubtful'));
    }
    if (queue.identity === undefined) {
      this.#nextProducer += 1n;
      queue.identify(
        { producerId: this.#nextProducer, epoch: 0 },
        this.#nextProducer === 1n ? this.#firstSequence : 0,
      );
    }
    if (queue.halted) queue.resume();
  }

  #judge({ producerId, sequence, ids, isPoisoned }: Request): Verdict {
    if (isPoisoned) return 'refused';
    const known = this.#producers.get(producerId) ?? [];
    const last = (sequence + ids.length - 1) % sequences;
    const same = known.find((batch) => batch.first === sequence && batch.last === last);
    if (same) return { offset: same.offset };
    const newest = known.at(-1);
    if (newest && (newest.last + 1) % sequences !== sequence) return 'out-of-order';
    const offset = this.log.length;
    this.log.push(...ids);
    this.#producers.set(producerId, [...known, { first: sequence, last, offset }].slice(-rememberedBatches));
    return { offset };
  }
}
