/** What was told of files, and is not so any more. */
import { type Defect, edit } from '../defect.ts';

const notSent = 'src/files/state/not-sent.ts';

export const settling: readonly Defect[] = [
  {
    name: 'gone-and-failed-for-ever',
    breaks: 'A file that could not be sent, and was removed, was failed for as long as its uploader ran.',
    edits: [edit(notSent, 'if (!isMet && !isBusy(path)) this.forget(path);', 'isBusy(path) || isMet;')],
    seekers: [],
    tests: ['src/files/state/not-sent.test.ts'],
  },
  {
    name: 'refused-names-failed-for-ever',
    breaks: 'A name that cannot be sent, and was gone, was failed for as long as its uploader ran.',
    edits: [
      edit(
        'src/files/find/refused-names.ts',
        'if (!this.#now.has(path)) this.#options.settled(path);',
        'this.#now.has(path);',
      ),
    ],
    seekers: [],
    tests: ['src/files/find/refused-names.test.ts', 'test/flow/settled.test.ts'],
  },
  {
    name: 'settled-while-under-way',
    breaks: 'A file that was tried again while a walk came by was told to be well.',
    edits: [edit(notSent, 'if (!isMet && !isBusy(path))', 'if (!isMet)')],
    seekers: [],
    tests: ['src/files/state/not-sent.test.ts'],
  },
];
