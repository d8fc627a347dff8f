/**
 * Sample entries as Apple's players want them: with parameter sets in the entry (`hvc1`, `avc1`, `dvh1`), not perhaps in the samples (`hev1`, `avc3`, `dvhe`), which
 * they do not play. FFmpeg keeps what a copied file had, and takes `hev1` where it had nothing. HLS Authoring Specification, 1.10; ISO/IEC 14496-15, 5.4.2 and 8.4.1.
 */
import { boxesIn, optionalBox, requiredBox } from './box.ts';

const names: Readonly<Record<string, string>> = { hev1: 'hvc1', avc3: 'avc1', dvhe: 'dvh1', dvav: 'dva1' };

/** Where the boxes of a visual sample entry begin, behind its fields. */
const visualHead = 78;

/**
 * Renames the entries of an initialisation in place, where their records have the parameter sets: `bytes` must be the caller's own. True where
 * there was one to rename. Throws FormatError for what is no initialisation.
 */
export function nameForApple(init: Buffer): boolean {
  let renamed = false;
  for (const { type, body } of boxesIn(requiredBox(init, 'moov'))) {
    if (type !== 'trak') continue;
    const table = requiredBox(requiredBox(requiredBox(body, 'mdia'), 'minf'), 'stbl');
    const entries = requiredBox(table, 'stsd').subarray(8);
    for (const entry of boxesIn(entries)) {
      const name = names[entry.type];
      if (name === undefined || !hasParameterSets(entry.body)) continue;
      // A view of the same bytes, with the type right before it.
      Buffer.from(entry.body.buffer, entry.body.byteOffset - 4, 4).write(name, 'latin1');
      renamed = true;
    }
  }
  return renamed;
}

function hasParameterSets(entry: Buffer): boolean {
  if (entry.length < visualHead) return false;
  const boxes = entry.subarray(visualHead);
  const hevc = optionalBox(boxes, 'hvcC');
  // How many arrays of parameter sets there are: of video, sequence and picture.
  if (hevc !== undefined) return (hevc[22] ?? 0) >= 3;
  const avc = optionalBox(boxes, 'avcC');
  return avc !== undefined && ((avc[5] ?? 0) & 0x1f) > 0;
}
