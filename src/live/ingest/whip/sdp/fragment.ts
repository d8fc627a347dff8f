/** Candidates that a sender finds after its offer (RFC 8840, 9), as a PATCH brings them (RFC 9725, 4.3). Pure. */
import { isUsableCandidate } from './candidates.ts';
import { attribute, sectionsOf } from './lines.ts';

export interface Fragment {
  /** Another one than the offer's: the sender begins ICE anew. */
  readonly iceUfrag?: string;
  /** Without `a=`; those that cannot be used are left out, as RFC 9725 wants it. */
  readonly candidates: readonly { readonly mid: string; readonly candidate: string }[];
}

export function readFragment(text: string): Fragment {
  const sections = sectionsOf(text);
  const iceUfrag = sections
    .map((section) => attribute(section, 'ice-ufrag'))
    .find((each) => each !== undefined);
  const candidates = sections.flatMap((section) => {
    const mid = attribute(section, 'mid') ?? '0';
    return section.lines
      .filter((line) => line.startsWith('a=candidate:') && isUsableCandidate(line))
      .map((line) => ({ mid, candidate: line.slice('a='.length) }));
  });
  return { candidates, ...(iceUfrag === undefined ? {} : { iceUfrag }) };
}
