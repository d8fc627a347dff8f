/** Google Cloud Storage. */
import { type Defect, edit } from '../defect.ts';

const source = 'test/stores/gcs-source.test.ts';
const sink = 'test/stores/gcs-sink.test.ts';
const session = 'src/stores/gcs/session.test.ts';

export const gcs: readonly Defect[] = [
  {
    name: 'unanswered-bytes-are-sent-again',
    breaks: 'A part whose answer was lost went up to Google Cloud Storage twice.',
    edits: [
      edit(
        'src/stores/gcs/session.ts',
        '    if (!this.#isSure) await this.#ask();\n    while (this.#has < end) {',
        '    while (this.#has < end) {',
      ),
    ],
    seekers: [],
    tests: [session, sink],
  },
  {
    name: 'uploads-to-google-without-conditions',
    breaks:
      'Of two downloaders with one bucket at Google the slower one put an older file in the place of a newer one.',
    edits: [
      edit(
        'src/stores/gcs/writer.ts',
        "  return condition === 'nothing' ? '0' : condition?.tag;",
        "  return condition === 'nothing' ? undefined : condition?.tag;",
      ),
    ],
    seekers: [],
    tests: [sink],
  },
  {
    name: 'packed-objects-unpacked-on-the-way',
    breaks: 'An object that Google keeps packed came unpacked, and was not what its size said.',
    edits: [edit('src/stores/gcs/media.ts', "'accept-encoding': 'gzip'", "'accept-encoding': 'identity'")],
    seekers: [],
    tests: [source],
  },
];
