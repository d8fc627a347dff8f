/** The rules of this checker that hold for plain HLS too, which is files and nothing else: for playlists that somebody has read one after the other. Pure. */
import { describeError } from '../../src/errors.ts';
import type { Answer } from './ask.ts';
import type { Evidence, Followed } from './evidence.ts';
import { observe } from './follow.ts';
import { readMultivariant } from './playlist.ts';
import { allRules } from './rules/all.ts';

/** Whether dates go on is the publisher's, whose clock is set by what it sees: a busy machine shifts it. */
const plain: ReadonlySet<string> = new Set([
  ...['multivariant-syntax', 'multivariant-parsed', 'codecs', 'resolution', 'equal-target-durations'],
  ...['media-syntax', 'media-parsed', 'version', 'target-duration', 'independent-segments'],
  ...['date-of-each-segment', 'map', 'discontinuity-sequence'],
  ...['media-sequence-rises', 'target-duration-stays', 'segments-stay', 'discontinuities-are-counted'],
]);

/** A media playlist, as it was read each time that it had changed. */
export interface ReadTexts {
  readonly name: string;
  readonly texts: readonly string[];
}

/** What speaks against them, each with its rule; at least so many rules judged. */
export function plainComplaints(
  multivariant: string,
  playlists: readonly ReadTexts[],
): { readonly complaints: readonly string[]; readonly rules: number } {
  const renditions = playlists.map(({ name, texts }): Followed => {
    const observed = texts.map((text) => observe(answerOf(name, text)));
    return { url: urlOf(name), attributes: new Map(), observed };
  });
  const announced = readMultivariant(multivariant);
  const evidence = { multivariant: answerOf('index.m3u8', multivariant), announced, renditions };
  const rules = allRules.filter(({ id }) => plain.has(id));
  const complaints = rules.flatMap(({ id, judge }) => {
    try {
      return (judge(evidence as unknown as Evidence) ?? []).map((complaint) => `${id}: ${complaint}`);
    } catch (error) {
      return [`${id}: ${describeError(error)}`];
    }
  });
  return { complaints, rules: rules.length };
}

function urlOf(name: string): string {
  return `http://place/${name}`;
}

function answerOf(name: string, text: string): Answer {
  const times = { askedAt: 0, begunAt: 0, endedAt: 0 };
  return { url: urlOf(name), status: 200, headers: {}, body: Buffer.from(text), ...times };
}
