/** Leaves out what a chunk has of sound before a moment: FFmpeg gives sound later than pictures, so that a chunk begins with sound of the pictures before. */
import { soundTrackId } from './add-sound.ts';
import { requiredBox } from './box.ts';
import { readFragment } from './fragment.ts';
import { largestChunk } from './fragmenter.ts';
import { readMovie } from './movie.ts';
import { soundFragment, soundSamples } from './sound-samples.ts';
import { BoxSplitter, type WholeBox } from './splitter.ts';

/** The chunk with its pictures, and with those frames of sound that begin at `seconds` of media time or later. `init`: with `moov`. Throws FormatError. */
export function withSoundFrom(bytes: Buffer, init: Buffer, seconds: number): Buffer {
  const movie = readMovie(requiredBox(init, 'moov'));
  const track = movie.tracks.find(({ id, kind }) => id === soundTrackId && kind === 'audio');
  if (track === undefined) return bytes;
  const kept: Buffer[] = [];
  let moof: WholeBox | undefined;
  for (const box of new BoxSplitter(largestChunk).push(bytes)) {
    if (box.type === 'moof') {
      moof = box;
      continue;
    }
    const head = moof;
    moof = undefined;
    if (head === undefined) {
      kept.push(box.bytes);
      continue;
    }
    const body = head.bytes.subarray(head.head);
    if (readFragment(body, movie).some(({ trackId }) => trackId !== soundTrackId)) {
      kept.push(head.bytes, box.bytes);
      continue;
    }
    const wanted = soundSamples(head, box, movie).filter(({ time }) => time / track.timescale >= seconds);
    const sequence = requiredBox(body, 'mfhd').readUInt32BE(4);
    if (wanted.length > 0) kept.push(soundFragment(soundTrackId, sequence, wanted));
  }
  return Buffer.concat(kept);
}
