/** Our side of the agreement, as the sender gets it. Pure. */
import { ownCandidate } from './candidates.ts';
import { type Section, sectionsOf, textOf } from './lines.ts';

/** Repeated by who answers, and about media that we do not send. */
const senders = /^a=(?:ssrc|ssrc-group|msid|msid-semantic|rtcp-xr|group:LS)\b/;

/**
 * `sdp`: as the library has made it. `addresses`: where this machine is reached from outside besides its own ones, on the same port; they come first.
 */
export function finishAnswer(sdp: string, addresses: readonly string[] = [], port = 0): string {
  const more = addresses.map((address, index) => ownCandidate(address, port, index));
  return textOf(sectionsOf(sdp).map((section) => finished(section, more)));
}

function finished(section: Section, more: readonly string[]): Section {
  const lines = section.lines.filter((line) => !senders.test(line));
  // Each kind of media may be the one whose candidates count; where it has none they are said elsewhere.
  const first = lines.findIndex((line) => line.startsWith('a=candidate:'));
  return { ...section, lines: first === -1 ? lines : lines.toSpliced(first, 0, ...more) };
}
