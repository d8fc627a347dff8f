/** Several servers of a topic, and what stands before them. */
import { type Defect, edit } from '../defect.ts';

const window = 'test/models/window.test.ts';

export const servers: readonly Defect[] = [
  {
    name: 'a-hint-of-another-server',
    breaks:
      'Of two servers behind a proxy the one that had read a record less answered 404 to the part that the other had hinted.',
    edits: [
      edit(
        'src/delivery/http/find.ts',
        '  const isNear = ordinal >= first && ordinal < first + advancePartLimit(live.targets);',
        '  const isNear = ordinal === first && advancePartLimit(live.targets) > 0;',
      ),
    ],
    seekers: [window],
    tests: ['test/delivery/several-servers.test.ts'],
  },
];
