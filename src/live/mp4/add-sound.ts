/** One initialisation of two: the picture's, and a track of sound from another. ISO/IEC 14496-12, 8.2 and 8.3. */
import { FormatError } from '../../errors.ts';
import { type Box, boxesIn, requiredBox } from './box.ts';
import { Fields } from './fields.ts';
import { box } from './sound-samples.ts';

/** What the sound's track is called where it stands beside a picture. */
export const soundTrackId = 2;

/**
 * `ftyp` and `moov` of the picture, with the track `from` of the sound's `moov` as its second. Throws FormatError where the picture has other tracks than
 * its own, or the sound has no such track.
 */
export function addSound(picture: Buffer, sound: Buffer, from: number): Buffer {
  const own = [...boxesIn(requiredBox(picture, 'moov'))];
  const moov = requiredBox(sound, 'moov');
  const track = [...boxesIn(moov)].find(({ type, body }) => type === 'trak' && idOf(body) === from);
  const defaults = [...boxesIn(requiredBox(moov, 'mvex'))].find(
    ({ type, body }) => type === 'trex' && body.readUInt32BE(4) === from,
  );
  if (track === undefined || defaults === undefined) throw new FormatError(`there is no track ${from}`);
  if (own.some(({ type, body }) => type === 'trak' && idOf(body) === soundTrackId))
    throw new FormatError('the picture has a second track of its own');
  const parts = own.flatMap((part) => {
    if (part.type === 'trak') return [whole(part), box('trak', ...renamed(track.body))];
    if (part.type === 'mvex') return [box('mvex', part.body, trex(defaults.body))];
    return part.type === 'mvhd' ? [movieHeader(part)] : [whole(part)];
  });
  const ftyp = [...boxesIn(picture)].find(({ type }) => type === 'ftyp');
  return Buffer.concat([...(ftyp === undefined ? [] : [whole(ftyp)]), box('moov', ...parts)]);
}

function whole({ type, body }: Box): Buffer {
  return box(type, body);
}

/** Bytes before the id: version, flags and two dates, of 64 bits each in version 1 (8.3.2). */
function idPlace(tkhd: Buffer): number {
  return tkhd[0] === 1 ? 20 : 12;
}

function idOf(trak: Buffer): number {
  const tkhd = requiredBox(trak, 'tkhd');
  const fields = new Fields('tkhd', tkhd);
  fields.skip(idPlace(tkhd));
  return fields.uint32();
}

/** The boxes of a track, under its new id. */
function renamed(trak: Buffer): Buffer[] {
  return [...boxesIn(trak)].map(({ type, body }) => {
    const copy = Buffer.from(body);
    if (type === 'tkhd') copy.writeUInt32BE(soundTrackId, idPlace(copy));
    return box(type, copy);
  });
}

function trex(body: Buffer): Buffer {
  const copy = Buffer.from(body);
  copy.writeUInt32BE(soundTrackId, 4);
  return box('trex', copy);
}

/** Its last field is the id that the next track could have (8.2.2). */
function movieHeader({ type, body }: Box): Buffer {
  const copy = Buffer.from(body);
  copy.writeUInt32BE(soundTrackId + 1, copy.length - 4);
  return box(type, copy);
}
