/** Watches a running server for a while, and gathers what rules judge. Any server of low-latency HLS will do. */
import { type Answer, Asker, withQuery } from './ask.ts';
import type { Evidence, Followed, Hinted, JoinedSegment, ListedPart, Observed, Pair } from './evidence.ts';
import { follow, observe } from './follow.ts';
import { nextOf, readMultivariant } from './playlist.ts';
import { oldestWithParts, probe } from './probe.ts';

export interface WatchOptions {
  /** Of the multivariant playlist. */
  readonly url: string;
  /** Of the same stream's at another server. */
  readonly also?: string | undefined;
  /** For so long the stream is followed. */
  readonly seconds: number;
}

/** Rejects when there is nothing to follow. */
export async function watch({ url, also, seconds }: WatchOptions): Promise<Evidence> {
  const asker = new Asker();
  try {
    const multivariant = await asker.ask(url);
    const announced = readMultivariant(multivariant.body.toString());
    const urls = announced.variants.map(({ uri }) => new URL(uri, url).href);
    const [main] = urls;
    if (main === undefined) throw new Error(`${url} (status ${multivariant.status}) announces no variant`);
    const until = performance.now() + seconds * 1000;
    const hints = new Hints(asker);
    const [probes, ...observed] = await Promise.all([
      probe(asker, main),
      ...urls.map((each, index) => {
        const onPlaylist = index === 0 ? (seen: Observed) => hints.onPlaylist(seen) : undefined;
        return follow({ asker, url: each, until, ...(onPlaylist ? { onPlaylist } : {}) });
      }),
    ]);
    const renditions = observed.map(
      (seen, index): Followed => ({
        url: urls[index]!,
        attributes: announced.variants[index]!.attributes,
        observed: seen,
      }),
    );
    const media = new Media(asker);
    const hinted = await hints.all();
    for (const { url: hintedUrl, answer } of hinted) media.keep(hintedUrl, answer);
    const { parts, segments } = await media.of(renditions[0]!);
    const inits = await media.inits(renditions);
    const old = oldestWithParts(renditions[0]!.observed[0]!.playlist)?.parts[0]?.uri;
    const droppedPart = old === undefined ? undefined : await asker.ask(new URL(old, main).href);
    const pairs = also === undefined ? undefined : await compare(asker, { url, also, renditions, parts });
    return {
      multivariant,
      announced,
      renditions,
      probes: { ...probes, droppedPart },
      inits,
      hinted,
      parts,
      segments,
      pairs,
    };
  } finally {
    asker.close();
  }
}

/** Asks for each hinted part as soon as it is hinted. */
class Hints {
  readonly #asker: Asker;
  readonly #asked = new Map<string, Promise<Answer | undefined>>();
  readonly #listed = new Map<string, number>();

  constructor(asker: Asker) {
    this.#asker = asker;
  }

  onPlaylist({ playlist, answer }: Observed): void {
    for (const { parts } of playlist.segments.slice(-2)) {
      for (const { uri } of parts) {
        const url = new URL(uri, answer.url).href;
        if (!this.#listed.has(url)) this.#listed.set(url, answer.endedAt);
      }
    }
    for (const hint of playlist.hints) {
      const url = new URL(hint, answer.url).href;
      if (this.#asked.has(url) || this.#listed.has(url)) continue;
      this.#asked.set(
        url,
        this.#asker.ask(url).catch(() => undefined),
      );
    }
  }

  async all(): Promise<Hinted[]> {
    const answers = await Promise.all(this.#asked.values());
    return [...this.#asked.keys()].flatMap((url, index) => {
      const answer = answers[index];
      return answer === undefined ? [] : [{ url, answer, listedAt: this.#listed.get(url) }];
    });
  }
}

/** Segments that are compared with their parts, at most. */
const mostSegments = 5;

/** Fetches each thing once. */
class Media {
  readonly #asker: Asker;
  readonly #answers = new Map<string, Promise<Answer>>();

  constructor(asker: Asker) {
    this.#asker = asker;
  }

  keep(url: string, answer: Answer): void {
    if (answer.status === 200) this.#answers.set(url, Promise.resolve(answer));
  }

  /** The newest whole segments that parts are listed of, with these. */
  async of({ observed }: Followed): Promise<{ parts: ListedPart[]; segments: JoinedSegment[] }> {
    const last = observed.at(-1)!;
    const absolute = (uri: string) => new URL(uri, last.answer.url).href;
    const whole = last.playlist.segments
      .filter(({ uri, parts, gap }) => uri !== undefined && parts.length > 0 && !gap)
      .slice(-mostSegments);
    const parts: ListedPart[] = [];
    const segments: JoinedSegment[] = [];
    for (const segment of whole) {
      const init = segment.map === undefined ? undefined : await this.#get(absolute(segment.map));
      const answers: Answer[] = [];
      for (const { uri, independent, gap } of segment.parts) {
        if (gap) continue;
        const url = absolute(uri);
        const answer = await this.#get(url);
        answers.push(answer);
        parts.push({ url, independent, answer, init });
      }
      const url = absolute(segment.uri ?? '');
      segments.push({ url, answer: await this.#get(url), parts: answers });
    }
    return { parts, segments };
  }

  /** Of every MAP that was seen. */
  async inits(renditions: readonly Followed[]): Promise<Answer[]> {
    const urls = new Set<string>();
    for (const { observed } of renditions) {
      const { playlist, answer } = observed.at(-1)!;
      for (const { map } of playlist.segments) {
        if (map !== undefined) urls.add(new URL(map, answer.url).href);
      }
    }
    return Promise.all([...urls].map((url) => this.#get(url)));
  }

  #get(url: string): Promise<Answer> {
    let answer = this.#answers.get(url);
    if (answer === undefined) {
      answer = this.#asker.ask(url);
      this.#answers.set(url, answer);
    }
    return answer;
  }
}

interface Compared {
  readonly url: string;
  readonly also: string;
  readonly renditions: readonly Followed[];
  readonly parts: readonly ListedPart[];
}

/** The same requests to both: the multivariant playlist, playlists of parts to come of each rendition, and media. */
async function compare(asker: Asker, { url, also, renditions, parts }: Compared): Promise<Pair[]> {
  const elsewhere = (one: string) => new URL(one.slice(new URL(one).origin.length), also).href;
  const both = async (one: string): Promise<Pair> => {
    const [answer, other] = await Promise.all([asker.ask(one), asker.ask(elsewhere(one))]);
    return { one: answer, other };
  };
  const media = parts
    .slice(-3)
    .flatMap(({ url: part, init }) => (init === undefined ? [part] : [part, init.url]));
  const still = await Promise.all([url, ...new Set(media)].map(both));
  const moving = renditions.map(({ url: rendition }) => compareNext(asker, rendition, both));
  return [...still, ...(await Promise.all(moving)).flat()];
}

/** How often two servers may have been asked too late for the same state. */
const attempts = 3;

/** A playlist in full, and as a delta update, of a segment's first part that is yet to come. */
async function compareNext(
  asker: Asker,
  rendition: string,
  both: (url: string) => Promise<Pair>,
): Promise<Pair[]> {
  for (let attempt = 1; ; attempt += 1) {
    const { media } = nextOf(observe(await asker.ask(rendition)).playlist);
    const next = withQuery(rendition, { _HLS_msn: media + 1, _HLS_part: 0 });
    const pairs = await Promise.all([both(next), both(withQuery(next, { _HLS_skip: 'YES' }))]);
    const same = pairs.every(({ one, other }) => one.body.equals(other.body));
    if (same || attempt === attempts) return pairs;
  }
}
