/**
 * What the members of a group say of partitions, each in its own journal: who reads those of all others knows from where to go on. What a
 * member says stays true when it is frozen, or dead: what it says is durable is durable, and what it says is open can be fetched again.
 */
import type { UnfinishedUpload } from '../../contract.ts';
import type { Claim, NewestClaim, ReadTopicName, SharedSink } from '../../shared-sink.ts';
import type { JournalStore } from '../contract.ts';
import type { GroupPlace } from './group-place.ts';
import type { ObjectJournal } from './journal.ts';
import { type Content, journalName, readJournal } from './journal-content.ts';

/** Milliseconds without a word of a member, whose partitions others have, until what it left is removed. */
const deadAfter = 86_400_000;

export interface GroupClaimsParts {
  readonly objects: JournalStore;
  readonly journal: ObjectJournal;
  readonly place: GroupPlace;
  /** The keys of all sinks' own things, and of this member's. */
  readonly own: string;
  readonly folder: string;
}

export class GroupClaims implements SharedSink {
  readonly #parts: GroupClaimsParts;

  constructor(parts: GroupClaimsParts) {
    this.#parts = parts;
  }

  get group(): string {
    return this.#parts.place.name;
  }

  begin(topic: ReadTopicName, first: () => Promise<readonly number[]>): Promise<readonly number[]> {
    return this.#parts.place.begin(topic, first);
  }

  async claims(topic: string): Promise<ReadonlyMap<number, NewestClaim>> {
    const { journal, place } = this.#parts;
    const newest = new Map<number, NewestClaim>();
    const own = claimsOf(journal.content(), place.name, topic);
    for (const [partition, claim] of own) newest.set(partition, { ...claim, isOwn: true });
    for (const { content } of await this.#others())
      for (const [partition, claim] of claimsOf(content, place.name, topic))
        if (isNewer(claim, newest.get(partition))) newest.set(partition, { ...claim, isOwn: false });
    return newest;
  }

  async take(topic: ReadTopicName, taken: ReadonlyMap<number, Claim>, left: Iterable<number>): Promise<void> {
    const { journal, place } = this.#parts;
    const terms = new Map([...taken].map(([partition, { term }]) => [partition, term]));
    // What was said of them before is of an earlier time.
    journal.noteTerms(topic.topic, terms, new Set([...left, ...taken.keys()]));
    const uploads = new Map<string, UnfinishedUpload>();
    for (const one of [...journal.uploads, ...[...taken.values()].flatMap((claim) => claim.uploads)]) {
      const seen = uploads.get(one.upload)?.seen ?? [];
      uploads.set(one.upload, { ...one, seen: [...seen, ...one.seen] });
    }
    const partitions = new Map([...taken].map(([partition, { range }]) => [partition, range]));
    journal.note([...uploads.values()], [], { ...topic, reader: place.name, partitions });
    await journal.write();
    await this.#bury(topic.topic);
  }

  /** What members left that have not been heard of for long, and that nobody needs. What cannot be removed now is found again. */
  async #bury(topic: string): Promise<void> {
    const { objects } = this.#parts;
    try {
      const dead = (await this.#others()).filter(({ content: { written = 0 } }) => {
        return Date.now() - written > deadAfter;
      });
      if (dead.length === 0) return;
      const newest = await this.claims(topic);
      for (const { key, content } of dead) {
        const isNeeded = (content.terms ?? []).some(([id, partition, term]) => {
          return id !== topic || (newest.get(partition)?.term ?? 0) <= term;
        });
        if (isNeeded) continue;
        for (const { key: parts, id } of content.open) if (id !== undefined) await objects.abort(parts, id);
        await objects.remove(key);
      }
    } catch {
      // It is in nobody's way.
    }
  }

  /** The journals of the group's other members. */
  async #others(): Promise<{ readonly key: string; readonly content: Content }[]> {
    const { objects, own, folder, place } = this.#parts;
    const keys = await objects.list(own);
    const others = keys.filter((key) => key.endsWith(`/${journalName}`) && !key.startsWith(folder));
    const found = await Promise.all(
      others.map(async (key) => ({ key, content: (await readJournal(objects, key))?.content })),
    );
    return found.flatMap(({ key, content }) =>
      content?.group?.id === place.id && content.place === objects.where ? [{ key, content }] : [],
    );
  }
}

/**
 * Of two of one term, the one that is further. Where they are as far as each other, that of others: who takes a partition over once more
 * than it need loses nothing.
 */
function isNewer(claim: Claim, than: Claim | undefined): boolean {
  if (than === undefined || claim.term > than.term) return true;
  return claim.term === than.term && claim.range.safe >= than.range.safe;
}

/** What a journal says of the partitions of a topic. */
function claimsOf(content: Content, group: string, topic: string): Map<number, Claim> {
  const claims = new Map<number, Claim>();
  const positions = content.positions.find((one) => one.reader === group && one.topic === topic);
  const ranges = new Map(positions?.partitions ?? []);
  for (const [id, partition, term] of content.terms ?? []) {
    const range = ranges.get(partition);
    if (id !== topic || range === undefined) continue;
    const uploads = content.uploads.flatMap((one) => {
      const seen = one.seen.filter(([where]) => where === partition);
      // JSON leaves out what is undefined.
      return one.topic === topic && seen.length > 0 ? [{ ...one, close: one.close, seen }] : [];
    });
    claims.set(partition, { term, range, uploads });
  }
  return claims;
}
