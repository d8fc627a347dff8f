/** Object stores. */
import { type Defect, edit } from '../defect.ts';

const source = 'test/stores/s3-source.test.ts';
const patience = 'src/files/shared/store-patience.test.ts';
const uploading = 'test/stores/upload-from-s3.test.ts';

export const stores: readonly Defect[] = [
  {
    name: 'ranges-of-any-version',
    breaks: 'An object that was replaced while it was read was sent with bytes of both versions.',
    edits: [
      edit(
        'src/stores/s3/object-file.ts',
        '    const condition = etag === undefined ? {} : { IfMatch: etag };',
        '    const condition = etag === undefined || start > 0 ? {} : { IfMatch: etag };',
      ),
    ],
    seekers: [],
    tests: [source, uploading],
  },
  {
    name: 'requests-of-a-store-are-made-once',
    breaks: 'One request in a thousand that failed ended a listing, or the reading of a large object.',
    edits: [
      edit(
        'src/files/shared/store-patience.ts',
        '          if (!isAway(error)) throw error;',
        '          if (!isAway(error) || since === undefined) throw error;',
      ),
    ],
    seekers: [],
    tests: [patience, uploading],
  },
];
