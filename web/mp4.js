// @ts-check
/** The little that the WebSocket player must know of fragmented MP4 (ISO/IEC 14496-12): when a fragment begins. Pure. */

/**
 * The first box at the end of a path of types.
 * @param {DataView} view
 * @param {readonly string[]} path
 * @returns {DataView | undefined} the box's content, its header left out
 */
function find(view, path) {
  let within = view;
  for (const wanted of path) {
    const next = boxes(within).find(({ type }) => type === wanted);
    if (next === undefined) return undefined;
    within = next.content;
  }
  return within;
}

/** @param {DataView} view */
function boxes(view) {
  /** @type {{ type: string, content: DataView }[]} */
  const found = [];
  for (let at = 0; at + 8 <= view.byteLength; ) {
    const size = view.getUint32(at);
    // Boxes of 64 bits, and those that last to the end, do not occur in what publishers send.
    if (size < 8 || at + size > view.byteLength) break;
    const type = String.fromCharCode(...new Uint8Array(view.buffer, view.byteOffset + at + 4, 4));
    found.push({ type, content: new DataView(view.buffer, view.byteOffset + at + 8, size - 8) });
    at += size;
  }
  return found;
}

/**
 * Ticks a second of the first track (8.4.2).
 * @param {ArrayBuffer} init
 */
export function timescaleOf(init) {
  const header = find(new DataView(init), ['moov', 'trak', 'mdia', 'mdhd']);
  if (header === undefined) return undefined;
  return header.getUint32(header.getUint8(0) === 1 ? 20 : 12);
}

/**
 * Decode time of the first fragment's first track (8.8.12), in ticks.
 * @param {ArrayBuffer} fragment
 */
export function decodeTimeOf(fragment) {
  const box = find(new DataView(fragment), ['moof', 'traf', 'tfdt']);
  if (box === undefined) return undefined;
  return box.getUint8(0) === 1 ? Number(box.getBigUint64(4)) : box.getUint32(4);
}
