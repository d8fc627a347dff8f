/** Records of `T.state` on their way to Kafka: written behind the work, in order, and not too many at once. */
import { crashPoint } from '../../crash-points.ts';
import type { Appended, NewRecord, Producer } from '../../kafka/contract.ts';
import { packFilesLimit } from '../../records/pack.ts';

/** Records that may wait to be acknowledged before more files are sent. A full pack alone makes so many. */
const unwrittenLimit = packFilesLimit;

export class WriteBehind {
  readonly #topic: string;
  readonly #partition: number;
  readonly #writes = new Set<Promise<void>>();
  #producer: Producer | undefined;
  #failed: (error: unknown) => void = () => {};
  #confirm: () => Promise<void> | undefined = () => undefined;
  #drained: PromiseWithResolvers<void> | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(topic: string, partition: number) {
    this.#topic = topic;
    this.#partition = partition;
  }

  /** The producer that writes, set once it is known that this run may write; `failed` is called at the first failure. */
  open(producer: Producer, failed: (error: unknown) => void): void {
    this.#producer = producer;
    this.#failed = failed;
  }

  /** `confirm` says whether this run may still write: see {@link confirmed}. */
  guardWith(confirm: () => Promise<void> | undefined): void {
    this.#confirm = confirm;
  }

  /** Undefined: this run may write. Otherwise it may once the result resolves. */
  confirmed(): Promise<void> | undefined {
    return this.#confirm();
  }

  /**
   * Appends once this run may write, to another partition than its own where one is named. Whoever does not await the result is told of
   * its failure by `failed`, and by {@link flush}.
   */
  write(record: NewRecord, partition = this.#partition): Promise<Appended> {
    const confirmed = this.#confirm();
    return confirmed === undefined
      ? this.append(record, partition)
      : this.#track(confirmed.then(() => this.#send(record, partition)));
  }

  /** The same without asking: for the lease itself. */
  append(record: NewRecord, partition = this.#partition): Promise<Appended> {
    return this.#track(this.#send(record, partition));
  }

  /**
   * Undefined while few records wait to be acknowledged; otherwise resolves when there is room again. Whoever sends files
   * awaits this first: where the state's partition is away and the files' are not, memory would grow with every file.
   */
  drained(): Promise<void> | undefined {
    if (this.#writes.size < unwrittenLimit || this.#failure !== undefined) return undefined;
    this.#drained ??= Promise.withResolvers<void>();
    return this.#drained.promise;
  }

  /** Resolves when everything is acknowledged; rejects with the first failure there ever was. */
  async flush(): Promise<void> {
    await Promise.allSettled(this.#writes);
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  #send(record: NewRecord, partition: number): Promise<Appended> {
    if (this.#producer === undefined) throw new Error('the state is not open for writing');
    return this.#producer.append(this.#topic, partition, record);
  }

  #track(write: Promise<Appended>): Promise<Appended> {
    const settled: Promise<void> = write.then(
      () => {
        crashPoint('state:after-ack');
        this.#settled(settled);
      },
      (error: unknown) => {
        const isFirst = this.#failure === undefined;
        this.#failure ??= { error };
        this.#settled(settled);
        if (isFirst) this.#failed(error);
      },
    );
    this.#writes.add(settled);
    return write;
  }

  #settled(write: Promise<void>): void {
    this.#writes.delete(write);
    if (this.#drained === undefined || this.drained() !== undefined) return;
    this.#drained.resolve();
    this.#drained = undefined;
  }
}
