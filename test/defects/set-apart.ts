/** Defects that were mended by making a part anew, or are none of one place: what they broke cannot come back by a small edit. */
import type { SetApart } from './defect.ts';

export const setApart: readonly SetApart[] = [
  {
    name: 'start-numbers-that-move-within-a-period',
    reason:
      'Manifests count by the clock only where all segments of a run keep to it, and from the oldest that the index has; the former way is gone. timeline-only-where-targets-are-kept takes that check out.',
  },
  {
    name: 'begin-of-a-period-that-moves-with-the-clock',
    reason:
      'A period begins where the oldest segment of its epoch says, which was part of the same rewriting.',
  },
  {
    name: 'playlists-rendered-whole-for-each-place',
    reason:
      'Playlists are made of shared blocks now; lists-that-grow-with-the-programme takes the sharing out.',
  },
  {
    name: 'no-index-for-two-gigabytes-between-two-entries',
    reason: 'Was suspected, and found to be none: an index entry is written for each segment, however large.',
  },
  {
    name: 'aborted-transactions-handed-out',
    reason: 'The contract says so now (read_uncommitted); no code was changed.',
  },
  {
    name: 'one-fetch-a-round-trip, requests-of-one-megabyte',
    reason: 'They are slow and not wrong; benches measure them.',
  },
  {
    name: 'pages-autoplay-refused, other-tracks-after-a-restart',
    reason:
      'The states of the page are one table now (web/states.js), whose rows cannot be missing one by one.',
  },
  {
    name: 'a-head-that-takes-from-its-message',
    reason:
      'RTMP: bytes of a picture were thrown away where a piece of the connection ended within those that were taken for a long time. A head is now read behind what was kept, and nothing is left to be counted.',
  },
];
