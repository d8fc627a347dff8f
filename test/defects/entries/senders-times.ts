/** Time stamps, silence and pauses of senders. */
import { type Defect, edit } from '../defect.ts';

export const sendersTimes: readonly Defect[] = [
  {
    name: 'what-waited-has-leapt',
    breaks:
      'What a sender had sent while its encoder was made ready was taken for a leap of its times: where fifty came at once, nearly all were sent away.',
    edits: [edit('src/live/ingest/desk/sent-run.ts', 'sentSince: since,', 'sentSince: performance.now(),')],
    seekers: [],
    tests: ['src/live/ingest/desk/sent-run.test.ts'],
  },
  {
    name: 'time-begins-anew-after-24-days',
    breaks:
      'FFmpeg writes 31 bits of its time stamps. After 24.8 days they began anew, and the FFmpeg that received them left out all that came from there on.',
    edits: [
      edit(
        'src/live/ingest/rtmp/timeline.ts',
        'if (Math.abs(Math.abs(step) - half) <= slack) this.#offset = (this.#offset + half) % (2 * half);',
        'this.#offset = step * 0;',
      ),
    ],
    seekers: [],
    tests: ['src/live/ingest/rtmp/timeline.test.ts'],
  },
  {
    name: 'a-late-heap-is-dated-ahead',
    breaks:
      'What was kept back for more than five seconds on its way by WHIP, or at its sender, was dated ahead of the clock by as much; beside an encoder that had begun late, its sender was sent away.',
    edits: [
      edit('src/live/ingest/whip/rtp/media-clock.ts', 'if (now - this.#lateSince < heap) return false;', ''),
    ],
    seekers: [],
    tests: ['src/live/ingest/whip/rtp/media-clock.test.ts'],
  },
  {
    name: 'a-late-encoder-leaps',
    breaks:
      'On a busy machine an encoder begins late, and catches up: that was taken for times that leap, and the sender was sent away.',
    edits: [edit('src/live/encode/leap.ts', 'Math.min(origin, this.#since - (end - lasting))', 'origin')],
    seekers: [],
    tests: ['src/live/encode/leap.test.ts'],
  },
  {
    name: 'an-answer-after-hours',
    breaks:
      'A sender by SRT that answered acknowledgements when it liked made a round trip of hours of them; told in microseconds it has no place in 32 bits, and the process ended.',
    edits: [
      edit(
        'src/live/ingest/srt/acknowledgements.ts',
        'this.#measure(Math.min(longest, Math.max(0.01, now - sent.at)));',
        'this.#measure(Math.max(0.01, now - sent.at));',
      ),
    ],
    seekers: [],
    tests: ['src/live/ingest/srt/acknowledgements.test.ts'],
  },
  {
    name: 'dated-ahead-by-a-pause',
    breaks:
      'Packets of SRT that were read behind a pause of the process, and before its next tick, were dated ahead by the pause: what was missing was waited for by so much longer, and who was gone seemed to be there.',
    edits: [
      edit(
        'src/live/ingest/srt/listener.ts',
        '!sender.isAt(remote)) return;\n    const now = this.#clock();',
        '!sender.isAt(remote)) return;\n    const now = this.#settings.clock() - this.#stoodStill;',
      ),
    ],
    seekers: [],
    tests: ['src/live/ingest/srt/listener-faults.test.ts'],
  },
  {
    name: 'a-pause-is-silence',
    breaks:
      'Where the process stood still for eight seconds, the first thing that it did was to end all sessions of WHIP: nobody had been heard.',
    edits: [edit('src/live/ingest/whip/session.ts', 'this.#forgive(now);', '')],
    seekers: [],
    tests: ['src/live/ingest/whip/session.test.ts'],
  },
  {
    name: 'one-hole-a-tick',
    breaks:
      'Of packets of SRT that were lost for good one was passed over every 10 ms where others had come between them: behind a bad line a stream came ever later, by seconds.',
    edits: [
      edit(
        'src/live/ingest/srt/receive-buffer.ts',
        'while (this.#isDue(now)) {',
        'while (this.#isDue(now) && payloads.length === 0) {',
      ),
    ],
    seekers: [],
    tests: ['src/live/ingest/srt/connection.test.ts'],
  },
];
