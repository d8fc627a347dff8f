/** Whose bytes a copy has (FORMAT.md, "Copy"): those of another upload of its uploader, and where on the topic they stand. Values and headers; no I/O. */
import { FormatError } from '../errors.ts';
import type { Header } from '../kafka/contract.ts';
import { fixedHeader, type HeaderReader, textHeader, wholeNumber } from './headers.ts';
import { pathFault } from './path.ts';
import { isUploadId } from './upload-id.ts';

/** An upload that was sent in full, by chunks or in a pack; never a copy itself. All of its records stand in `partition`, at Kafka offsets `first` to `last`. */
export interface CopySource {
  readonly upload: string;
  readonly path: string;
  readonly partition: number;
  readonly first: number;
  readonly last: number;
}

/** Throws FormatError unless a record of `upload` may say this. Writers and readers ask the same. */
export function checkCopySource(of: CopySource, upload: string): void {
  const fault = pathFault(of.path);
  if (fault !== undefined) throw new FormatError(`a copy of a wrong name: ${fault}`);
  if (!isUploadId(of.upload)) throw new FormatError('a copy of what is no upload');
  if (of.upload === upload) throw new FormatError('a copy of itself');
  for (const name of ['partition', 'first', 'last'] as const) wholeNumber(of[name], `"of-${name}"`);
  if (of.first > of.last) throw new FormatError(`a copy of records ${of.first} to ${of.last}`);
}

export function copySourceHeaders({ upload, path, partition, first, last }: CopySource): Header[] {
  return [
    textHeader('of', upload),
    textHeader('of-path', path),
    fixedHeader('of-partition', partition),
    fixedHeader('of-first', first),
    fixedHeader('of-last', last),
  ];
}

export function readCopySource(headers: HeaderReader): CopySource {
  return {
    upload: headers.text('of'),
    path: headers.text('of-path'),
    partition: headers.integer('of-partition'),
    first: headers.integer('of-first'),
    last: headers.integer('of-last'),
  };
}
