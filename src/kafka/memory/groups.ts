/**
 * The memory twin's consumer groups: who is in, and who has what. As with brokers, partitions are dealt out when all
 * members have come for them, or when those that have not come have had their time.
 */
import { assignRanges } from '../group/range.ts';
import type { Bell } from './bell.ts';

/** A member as its group knows it. */
export interface MemoryMember {
  readonly id: string;
  readonly topic: string;
  /** Milliseconds that the others wait for it when partitions are dealt out anew. */
  readonly patience: number;
  /** The generation that it has joined last; -1 for none. */
  generation: number;
  partitions: readonly number[];
}

export class MemoryGroup {
  readonly #bell: Bell;
  readonly #partitionsOf: (topic: string) => number;
  readonly #members = new Map<string, MemoryMember>();
  readonly #waiting = new Set<MemoryMember>();
  #dealt = new Map<string, number>();
  #isDealing = false;
  #generation = 0;
  #deadline: NodeJS.Timeout | undefined;

  constructor(bell: Bell, partitionsOf: (topic: string) => number) {
    this.#bell = bell;
    this.#partitionsOf = partitionsOf;
  }

  /** How many members there are. */
  get size(): number {
    return this.#members.size;
  }

  /** True for a member of any generation. */
  knows(member: MemoryMember): boolean {
    return this.#members.get(member.id) === member;
  }

  /** True for a member of the present generation, which may read and commit. */
  has(member: MemoryMember): boolean {
    return this.knows(member) && member.generation === this.#generation;
  }

  /** True when the member is to come and join (again): the group is dealing, or has gone on without it. */
  expects(member: MemoryMember): boolean {
    return this.#isDealing || !this.has(member);
  }

  /** Comes for a share. It is there when {@link expects} is false. */
  join(member: MemoryMember): void {
    if (this.#waiting.has(member)) return;
    this.#members.set(member.id, member);
    this.#waiting.add(member);
    this.#begin();
    this.#dealIfComplete();
  }

  leave(member: MemoryMember): void {
    if (!this.knows(member)) return;
    this.#members.delete(member.id);
    this.#waiting.delete(member);
    if (this.size === 0) {
      this.#isDealing = false;
      clearTimeout(this.#deadline);
    } else {
      this.#begin();
      this.#dealIfComplete();
    }
    this.#bell.ring();
  }

  /** The number of partitions may have changed. */
  look(): void {
    if ([...this.#dealt].some(([topic, count]) => this.#partitionsOf(topic) !== count)) this.#begin();
  }

  #begin(): void {
    if (this.#isDealing || this.size === 0) return;
    this.#isDealing = true;
    const patience = Math.max(...[...this.#members.values()].map((member) => member.patience));
    this.#deadline = setTimeout(() => this.#giveUpTheMissing(), Math.min(2 ** 31 - 1, patience)).unref();
    this.#bell.ring();
  }

  #giveUpTheMissing(): void {
    for (const member of this.#members.values()) {
      if (!this.#waiting.has(member)) this.#members.delete(member.id);
    }
    this.#dealIfComplete();
  }

  #dealIfComplete(): void {
    if (!this.#isDealing || this.#waiting.size < this.#members.size) return;
    clearTimeout(this.#deadline);
    this.#isDealing = false;
    this.#generation += 1;
    const members = [...this.#members.values()];
    this.#dealt = new Map(members.map(({ topic }) => [topic, this.#partitionsOf(topic)]));
    const shares = assignRanges(
      members.map(({ id, topic }) => ({ memberId: id, instanceId: null, topics: [topic] })),
      this.#dealt,
    );
    for (const member of members) {
      member.generation = this.#generation;
      member.partitions = shares.get(member.id)?.get(member.topic) ?? [];
    }
    this.#waiting.clear();
    this.#bell.ring();
  }
}
