/** Senders and strangers: what one of them does to the server, to others, and to its own programme. */
import { type Defect, edit } from '../defect.ts';

const sparing = 'src/live/ingest/sparing.test.ts';

export const ingesting: readonly Defect[] = [
  {
    name: 'strangers-fill-the-log',
    breaks: 'Each wrong key, and each word of RTMP that a scanner got wrong, was a line of the log.',
    edits: [
      edit(
        'src/live/ingest/sparing.ts',
        'if (this.#count >= most || said >= mostOfOne) {',
        'if (this.#count < 0) {',
      ),
    ],
    seekers: ['test/hostile/in-small.test.ts'],
    tests: [sparing, 'src/live/ingest/rtmp/server.test.ts > What strangers get wrong does not fill the log'],
  },
];
