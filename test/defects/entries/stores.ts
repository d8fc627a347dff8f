/** Object stores. */
import { type Defect, edit } from '../defect.ts';

const source = 'test/stores/s3-source.test.ts';
const patience = 'src/files/shared/store-patience.test.ts';
const uploading = 'test/stores/upload-from-s3.test.ts';
const sink = 'test/stores/s3-sink.test.ts';

export const stores: readonly Defect[] = [
  {
    name: 'ranges-of-any-version',
    breaks: 'An object that was replaced while it was read was sent with bytes of both versions.',
    edits: [
      edit(
        'src/stores/s3/reader.ts',
        "    const condition = tag === undefined || tag === '' ? {} : { IfMatch: tag };",
        "    const condition = tag === undefined || tag === '' || start > 0 ? {} : { IfMatch: tag };",
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
  {
    name: 'parts-that-a-kill-left-stay',
    breaks: 'Each kill inside a large file left its parts in the bucket, which are paid for and never seen.',
    edits: [
      edit(
        'src/stores/objects/sink/leftovers.ts',
        '  for (const { key, id } of former) if (id !== undefined) await objects.abort(key, id);\n',
        '',
      ),
    ],
    seekers: [],
    tests: [sink],
  },
  {
    name: 'a-bucket-is-written-without-conditions',
    breaks:
      'Of two downloaders with one bucket the slower one put an older file in the place of a newer one.',
    edits: [
      edit(
        'src/stores/s3/writer.ts',
        '    const given = this.#knowsConditions ? headersOf(condition) : undefined;',
        '    const given = this.#knowsConditions ? undefined : headersOf(condition);',
      ),
    ],
    seekers: [],
    tests: [sink],
  },
  {
    name: 'ranges-of-any-blob',
    breaks: 'A blob that was replaced while it was read was sent with bytes of both versions.',
    edits: [
      edit(
        'src/stores/azure/reader.ts',
        "conditions: tag === undefined || tag === '' ? {} : { ifMatch: tag },",
        "conditions: tag === undefined || tag === '' || start > 0 ? {} : { ifMatch: tag },",
      ),
    ],
    seekers: [],
    tests: ['test/stores/azure-source.test.ts'],
  },
  {
    name: 'blocks-of-two-downloaders-mix',
    breaks: 'Of two downloaders that wrote one blob, one put bytes in it that the other had not verified.',
    edits: [
      edit(
        'src/stores/azure/block-ids.ts',
        "  const bytes = Buffer.alloc(length, Buffer.from(upload, 'hex'));",
        '  const bytes = Buffer.alloc(length, upload.length);',
      ),
    ],
    seekers: [],
    tests: ['test/stores/azure-sink.test.ts', 'src/stores/azure/blocks.test.ts'],
  },
  {
    name: 'a-lease-is-another-version',
    breaks: 'A blob under a lease was looked at again and again, for it seemed to be replaced each time.',
    edits: [edit('src/stores/azure/answers.ts', "    ['LeaseIdMissing', ", '    [')],
    seekers: [],
    tests: ['test/stores/azure-sink.test.ts', 'src/stores/azure/answers.test.ts'],
  },
  {
    name: 'names-are-written-outside-of-turns',
    breaks:
      'A member of a group that was frozen right before it named a file put an older one over a newer one.',
    edits: [
      edit('src/stores/disk/group/shared-names.ts', '        await put(inside);', '        await put(file);'),
      edit(
        'src/stores/disk/group/shared-names.ts',
        '      await calls.rename(file, inside);\n',
        "      await writeFile(inside, '');\n",
      ),
      edit(
        'src/stores/disk/group/shared-names.ts',
        "import { join } from 'node:path';",
        "import { writeFile } from 'node:fs/promises';\nimport { join } from 'node:path';",
      ),
    ],
    seekers: [],
    tests: ['src/stores/disk/group/frozen.test.ts'],
  },
  {
    name: 'what-another-member-put-there-is-ours',
    breaks: 'A file whose request was lost was told as received by two members of a group.',
    edits: [
      edit(
        'src/stores/objects/sink/putting.ts',
        'memberOf(look.metadata) !== member)',
        'memberOf(look.metadata) === undefined)',
      ),
    ],
    seekers: [],
    tests: ['test/flow/group.test.ts'],
  },
  {
    name: 'member-that-starts-beside-another-refused',
    breaks:
      'A member of a group that started just when another one noted the topic was refused with exit code 2, as one that may not write there.',
    edits: [
      edit(
        'src/stores/objects/sink/journal-content.ts',
        "      if (!isCode(error, 'ESTALE') && !isCode(error, 'ENOENT')) throw error;",
        "      if (!isCode(error, 'ENOENT')) throw error;",
      ),
    ],
    seekers: [],
    tests: ['src/stores/disk/group/place-beside.test.ts'],
  },
];
