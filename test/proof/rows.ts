/** All rows, in the order of the table. */

import { killDownloaderRow } from './kill-downloader.ts';
import { killUploaderRow } from './kill-uploader.ts';
import { manyUploadersRow } from './many-uploaders.ts';
import { memoryRow } from './memory.ts';
import type { Row } from './row.ts';
import { smallFilesRow } from './small-files.ts';
import { treeRow } from './tree.ts';
import { witnessRow } from './witness.ts';

export const rows: readonly Row[] = [
  treeRow,
  smallFilesRow,
  memoryRow,
  killUploaderRow,
  killDownloaderRow,
  manyUploadersRow,
  witnessRow,
];
