/** What a server answered where a rule is broken: a complaint says what is wrong, this shows of what. Pure. */
import type { Answer } from './ask.ts';
import type { Evidence } from './evidence.ts';
import { nameOf } from './rules/rule.ts';
import type { Verdict } from './verdict.ts';

/** Answers that are shown of one rule, and characters of each. */
const shown = { answers: 6, characters: 6000 };

/** Of each rule that is broken the answers that its complaints name, with the playlists that came before them; empty: none is broken. */
export function exhibits(evidence: Evidence, verdicts: readonly Verdict[]): string {
  const all = answersOf(evidence);
  return verdicts
    .filter(({ outcome }) => outcome === 'fail')
    .map(({ rule, complaints }) => {
      const found = suspects(all, complaints.join('\n'));
      const texts = found.slice(-shown.answers).map((answer) => describe(answer, all[0]!));
      return `=== ${rule.id}: ${complaints.join('; ')}\n${texts.join('\n')}`;
    })
    .join('\n');
}

/** All that came, in the order in which it was asked for. */
function answersOf(evidence: Evidence): readonly Answer[] {
  const found = new Set<Answer>();
  const look = (thing: unknown): void => {
    if (typeof thing !== 'object' || thing === null || thing instanceof Map || Buffer.isBuffer(thing)) return;
    if ('askedAt' in thing) found.add(thing as Answer);
    else for (const inner of Object.values(thing)) look(inner);
  };
  look(evidence);
  return [...found].sort((a, b) => a.askedAt - b.askedAt);
}

/**
 * Those that are named, of these the refused ones where there are any, each behind the playlist that had come last when it was asked for;
 * where nothing is named, the playlists.
 */
function suspects(all: readonly Answer[], complaints: string): readonly Answer[] {
  const playlists = all.filter(isText);
  const named = all.filter(({ url }) => complaints.includes(nameOf(url)));
  const refused = named.filter(({ status }) => status !== 200);
  const chosen = refused.length > 0 ? refused : named;
  if (chosen.length === 0) return playlists;
  const before = chosen.flatMap(({ askedAt }) => {
    const last = playlists.findLast(({ endedAt }) => endedAt <= askedAt);
    return last === undefined ? [] : [last];
  });
  const kept = new Set([...before, ...chosen]);
  return all.filter((answer) => kept.has(answer));
}

function isText({ body }: Answer): boolean {
  return body.subarray(0, 7).toString() === '#EXTM3U';
}

function describe(answer: Answer, first: Answer): string {
  const { url, status, headers, body, askedAt, endedAt } = answer;
  const lines = Object.entries(headers).map(([name, value]) => `    ${name}: ${value}`);
  const isReadable = isText(answer) || /^text\//.test(headers['content-type'] ?? '');
  const text = isReadable ? body.toString().slice(-shown.characters) : `(${body.length} bytes)`;
  const after = (at: number): string => (at - first.askedAt).toFixed(0);
  return `  ${url}: ${status}, asked for at ${after(askedAt)} ms, there at ${after(endedAt)} ms\n${lines.join('\n')}\n\n${text}`;
}
