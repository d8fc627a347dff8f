/** Tells the owner of the client, once in a while, that something waits for the cluster. */
import type { KafkaStatus } from '../contract.ts';

/** Short interruptions, such as a leader's move, are nobody's business. */
const patienceMs = 1000;
const repeatMs = 30_000;
/** That a quota slows down, as it is to, is said seldom. */
const throttleRepeatMs = 10 * 60_000;
/** A quota counts over ten seconds, as brokers have it (`quota.window.num`): for so long others may have used it up. */
const quotaMs = 30_000;

/** Gathers what waits; says "unreachable" while anything has waited for a second, and "connected" when nothing does. */
export class StatusReporter {
  readonly #tell: (status: KafkaStatus) => void;
  readonly #waiting = new Map<object, { since: number; message: string }>();
  #toldAt: number | undefined;
  #throttleToldAt = Number.NEGATIVE_INFINITY;
  #withheldToldAt = Number.NEGATIVE_INFINITY;

  constructor(tell: (status: KafkaStatus) => void) {
    this.#tell = tell;
  }

  /** `who` has failed since then (milliseconds by the steady clock), the last time with this error. */
  waiting(who: object, since: number, message: string): void {
    this.#waiting.set(who, { since, message });
    const now = performance.now();
    if (now - since < patienceMs || (this.#toldAt !== undefined && now - this.#toldAt < repeatMs)) return;
    this.#toldAt = now;
    this.#tell({ state: 'unreachable', message, since: Math.round(Date.now() - (now - since)) });
  }

  /** `who` waits no more. */
  settled(who: object): void {
    this.#waiting.delete(who);
    if (this.#waiting.size > 0 || this.#toldAt === undefined) return;
    this.#toldAt = undefined;
    this.#tell({ state: 'connected', message: 'Kafka answers again.', since: Date.now() });
  }

  /** `who` has given up or been closed: it waits no more, which says nothing of Kafka. */
  abandoned(who: object): void {
    this.#waiting.delete(who);
    if (this.#waiting.size === 0) this.#toldAt = undefined;
  }

  /** A broker asked to be spared for so many milliseconds. */
  throttled(milliseconds: number): void {
    const now = performance.now();
    if (now - this.#throttleToldAt < throttleRepeatMs) return;
    this.#throttleToldAt = now;
    const message = `Kafka slows this client down by its quota (by ${milliseconds} ms just now).`;
    this.#tell({ state: 'throttled', message, since: Date.now() });
  }

  /**
   * What is read of a topic has been answered with nothing but the wish to be spared since then (milliseconds by the steady clock). Brokers
   * give a batch whole or not at all: of one that is larger than the quota takes in its ten seconds they say this for ever, and of all
   * where each request costs more than a quota of requests allows.
   */
  withheld(topic: string, since: number): void {
    const now = performance.now();
    if (now - since < quotaMs || now - this.#withheldToldAt < repeatMs) return;
    this.#withheldToldAt = now;
    const seconds = Math.round((now - since) / 1000);
    const message = `Kafka's quota has let nothing of topic ${topic} through for ${seconds} s. If nobody else reads by the same quota, a batch is larger than it takes in ten seconds, and never comes: raise consumer_byte_rate to a tenth of max.message.bytes at least, and request_percentage where that is set.`;
    this.#tell({ state: 'throttled', message, since: Math.round(Date.now() - (now - since)) });
  }
}
