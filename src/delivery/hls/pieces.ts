/**
 * A playlist in pieces: what is about this moment as text, and between that blocks which are written once and are the same for
 * everybody. So a list that goes back by twelve hours costs whoever sends it no more than one of some minutes. Pure.
 */
import type { Uri } from './names.ts';

/** Lines that do not change any more, each with its line end, with URIs as they are without a token. */
export interface Block {
  readonly bytes: Buffer;
  /** How many URIs of media it has. */
  readonly uris: number;
}

/** Text has its URIs as the viewer needs them; to blocks they are added when they are sent. */
export type Pieces = readonly (string | Block)[];

/** All URIs are names of media, and nothing else in a playlist ends as they do. */
const mediaUris = /\.(?:m4s|mp4)(?=["\n]|$)/g;

export function blockOf(text: string): Block {
  return { bytes: Buffer.from(text), uris: text.match(mediaUris)?.length ?? 0 };
}

/** A text with what `uri` adds to each name of media. */
export function withUri(text: string, uri: Uri): string {
  const added = uri('');
  return added === '' ? text : text.replace(mediaUris, (ending) => `${ending}${added}`);
}

/** Bytes of all pieces as they are sent. */
export function lengthOfPieces(pieces: Pieces, uri: Uri): number {
  const added = Buffer.byteLength(uri(''));
  let length = 0;
  for (const piece of pieces) {
    length += typeof piece === 'string' ? Buffer.byteLength(piece) : piece.bytes.length + piece.uris * added;
  }
  return length;
}

/** The pieces as they are sent, each made when it is asked for; without a token blocks are not copied. */
export function* bytesOfPieces(pieces: Pieces, uri: Uri): Generator<Buffer> {
  const isPlain = uri('') === '';
  for (const piece of pieces) {
    if (typeof piece === 'string') yield Buffer.from(piece);
    else yield isPlain ? piece.bytes : Buffer.from(withUri(piece.bytes.toString(), uri));
  }
}

/** All of it as one text. */
export function textOf(pieces: Pieces, uri: Uri): string {
  return Buffer.concat([...bytesOfPieces(pieces, uri)]).toString();
}
