/**
 * Whose a place is: one object says that the members of a group write there, where each topic was first read from, and the id that positions
 * go by. It is written on the condition that it still is what was read, so that all members agree.
 */
import { randomBytes } from 'node:crypto';
import { ConfigurationError } from '../../../errors.ts';
import type { ReadTopicName } from '../../shared-sink.ts';
import { isCode } from '../../store-fault.ts';
import type { Condition, JournalStore } from '../contract.ts';
import { readJson } from './journal-content.ts';

interface BegunTopic extends ReadTopicName {
  /** By partition, Kafka offsets. */
  readonly began: readonly number[];
}

interface GroupContent {
  readonly version: 1;
  readonly group: string;
  readonly id: string;
  /** Where it was written: elsewhere it is a copy. */
  readonly place: string;
  readonly topics: readonly BegunTopic[];
}

/** Its key, by that of a sink's own things. */
export function groupKey(own: string): string {
  return `${own}group.json`;
}

/** The name of the group that writes there; undefined where there is none. */
export async function groupAt(objects: JournalStore, own: string): Promise<string | undefined> {
  return (await readJson<GroupContent>(objects, groupKey(own)))?.content?.group;
}

export class GroupPlace {
  readonly #objects: JournalStore;
  readonly #key: string;
  readonly name: string;
  /** True when it was found to be a copy of another place, which goes on with its own. */
  isCopy = false;
  /** True when nobody had written it before. */
  isNew = false;
  #content: GroupContent;

  private constructor(objects: JournalStore, own: string, name: string) {
    this.#objects = objects;
    this.#key = groupKey(own);
    this.name = name;
    this.#content = { version: 1, group: name, id: newId(), place: objects.where, topics: [] };
  }

  /** Reads what other members wrote, or begins it. Throws ConfigurationError where it is another group's. */
  static async open(objects: JournalStore, own: string, name: string): Promise<GroupPlace> {
    const place = new GroupPlace(objects, own, name);
    await place.#change((content) => {
      place.isCopy = content !== undefined && content.place !== objects.where;
      place.isNew = content === undefined;
      if (content !== undefined && !place.isCopy) return content;
      return { ...place.#content, topics: content?.topics ?? [] };
    });
    return place;
  }

  get id(): string {
    return this.#content.id;
  }

  /** See {@link SharedSink.begin}. */
  async begin(topic: ReadTopicName, first: () => Promise<readonly number[]>): Promise<readonly number[]> {
    const isIt = (one: ReadTopicName): boolean => one.topic === topic.topic;
    const known = this.#content.topics.find(isIt);
    if (known !== undefined) return known.began;
    const began = await first();
    await this.#change((content) => {
      if (content === undefined || content.id !== this.id) throw this.#gone();
      if (content.topics.some(isIt)) return content;
      if (content.topics.some((one) => one.name === topic.name && one.cluster === topic.cluster))
        throw new ConfigurationError(
          `topic ${topic.name} was deleted and made anew since group ${this.name} read it: end all members, remove ${this.#shown}, and start them again to read it from its beginning`,
        );
      return { ...content, topics: [...content.topics, { ...topic, began }] };
    });
    return this.#content.topics.find(isIt)?.began ?? began;
  }

  /** It was begun in vain. */
  async undo(): Promise<void> {
    if (this.isNew) await this.#objects.remove(this.#key);
  }

  /** Writes what `changed` makes of what stands there, until nobody else has written it in between. */
  async #change(changed: (content: GroupContent | undefined) => GroupContent): Promise<void> {
    for (;;) {
      const found = await readJson<GroupContent>(this.#objects, this.#key);
      if (found !== undefined) this.#mustBeOurs(found.content);
      const content = changed(found?.content);
      if (content !== found?.content) {
        const condition: Condition = found === undefined ? 'nothing' : { tag: found.tag };
        try {
          await this.#objects.put(this.#key, Buffer.from(JSON.stringify(content)), {}, condition);
        } catch (error) {
          if (isCode(error, 'ESTALE') || isCode(error, 'ENOENT')) continue;
          throw error;
        }
      }
      this.#content = content;
      return;
    }
  }

  #mustBeOurs(content: GroupContent | undefined): void {
    if (content?.version !== 1)
      throw new ConfigurationError(`${this.#shown} cannot be read: it is of a newer release, or damaged`);
    if (content.group === this.name) return;
    throw new ConfigurationError(
      `the members of group ${content.group} write into ${this.#objects.place.url}: add --group ${content.group}, or choose another place`,
    );
  }

  #gone(): ConfigurationError {
    return new ConfigurationError(
      `somebody removed ${this.#shown} while members of group ${this.name} were at work: end all of them, and start them again`,
    );
  }

  get #shown(): string {
    return `${this.#key} of ${this.#objects.place.url}`;
  }
}

function newId(): string {
  return randomBytes(8).toString('hex');
}
