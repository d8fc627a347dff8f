/** The console's page. */
import { type Defect, edit } from '../defect.ts';

const modules = 'test/browser/modules.test.ts';
const odd = 'test/browser/console-odd.test.ts';

export const consolePage: readonly Defect[] = [
  {
    name: 'tray-of-another-tab',
    breaks: 'Closing the tray of one tab threw away what another tab was sending.',
    edits: [
      edit(
        'web/console/sending.js',
        "    for (const key of keys) if (this.items.get(key)?.state === 'left') this.items.delete(key);\n",
        '',
      ),
    ],
    seekers: [],
    tests: [modules],
  },
  {
    name: 'history-read-with-every-byte',
    breaks:
      'While a file was sent that somebody looked at, the server read a partition of its state every second.',
    edits: [
      edit('web/console/histories.js', "row?.state === 'sending' ? '' : ` ${row?.at}`", '` ${row?.at}`'),
    ],
    seekers: [],
    tests: [modules],
  },
  {
    name: 'consoles-of-one-origin-share-what-they-send',
    breaks: 'Of two consoles below paths of one origin, one did not send what the other one was sending.',
    edits: [edit('web/console/unfinished.js', '`${path} ${topic}/', '`${topic}/')],
    seekers: [],
    tests: [modules],
  },
  {
    name: 'what-a-crashed-tab-had-never-sent',
    breaks:
      'Files that a tab had under way when it crashed were said to be sent by it when they were dropped again.',
    edits: [
      edit(
        'web/console/sending.js',
        'if (elsewhere.size > 0) void this.#takeOver(elsewhere);',
        'void elsewhere;',
      ),
    ],
    seekers: [],
    tests: [modules],
  },
  {
    name: 'what-another-tab-sends-forgotten',
    breaks:
      'A tab that was through with its own files forgot where those of another tab go on after a reload.',
    edits: [
      edit('web/console/sending.js', 'if (this.#elsewhere.size === 0) this.#unf', 'if (true) this.#unf'),
    ],
    seekers: [],
    tests: [modules],
  },
  {
    name: 'history-of-what-is-gone-asked-again',
    breaks:
      'Of a file whose bytes the topic had no more the page read a partition of its state eleven times over.',
    edits: [
      edit(
        'web/console/histories.js',
        "events.find(({ what }) => what === 'sent')?.isKept === undefined",
        'true',
      ),
    ],
    seekers: [],
    tests: [modules],
  },
  {
    name: 'searched-otherwise-than-the-server',
    breaks:
      'In a searched list files came and went whose names differ from what was searched by capitals alone.',
    edits: [
      edit(
        'web/console/matching.js',
        'row.id.includes(search)',
        'row.id.toLowerCase().includes(search.toLowerCase())',
      ),
    ],
    seekers: [],
    tests: [modules],
  },
  {
    name: 'changed-file-tried-for-ever',
    breaks: 'A file that was changed while it was sent was tried again without end.',
    edits: [
      edit('web/console/tus.js', '    await bytes.slice(0, 1).arrayBuffer();\n', '    bytes.slice(0, 1);\n'),
    ],
    seekers: [],
    tests: [modules],
  },
  {
    name: 'unreadable-file-keeps-others',
    breaks: 'One file of a dropped folder that could not be read kept all behind it back.',
    edits: [edit('web/console/dropped.js', '(entry)).catch(faultOf);', '(entry));')],
    seekers: [],
    tests: [modules],
  },
  {
    name: 'clock-of-browser-believed',
    breaks:
      'After a clock was put right, times in words were wrong until the line was made anew, and plots stood still.',
    edits: [
      edit('web/console/state.js', '    this.#ahead = at - ours;\n', ''),
      edit(
        'web/console/state.js',
        '    if (at < (this.at.at(-1) ?? at) - setBack) this.#forgetFrom(at);\n',
        '',
      ),
    ],
    seekers: [],
    tests: [modules],
  },
  {
    name: 'fine-while-kafka-is-away',
    breaks: 'While Kafka was away the console said that nothing was wrong.',
    edits: [edit('web/console/wrongs.js', '  if (trouble !== undefined) return undefined;\n', '')],
    seekers: [],
    tests: [modules],
  },
  {
    name: 'views-after-signing-out',
    breaks: 'Whoever was signed out saw the lists again by Back or a key.',
    edits: [edit('web/console/console.js', '    this.#isPaused = true;\n', '')],
    seekers: [],
    tests: [odd],
  },
  {
    name: 'link-in-open-console',
    breaks:
      'A link with a token did nothing where the console was open, and the token stayed in the address.',
    edits: [edit('web/console/main.js', '  if (takeToken(new URL(oldURL).hash)) void begin();\n', '')],
    seekers: [],
    tests: [odd],
  },
];
