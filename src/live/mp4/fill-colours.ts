/** An initialisation that tells the colours of its picture: without that players guess by the size, and not all alike. ISO/IEC 14496-12, 12.1.5. */
import type { Colours } from '../../records/colours.ts';
import { boxesIn } from './box.ts';
import { coloursOf, unspecified } from './colours.ts';
import { box } from './sound-samples.ts';

const visualEntries = ['avc1', 'avc3', 'hvc1', 'hev1', 'av01'];
/** From the initialisation to the sample entries, and the bytes before those. */
const way = ['moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd'];
const tableHead = 8;
const visualHead = 78;

/** The same with `usual` in place of what is not told. What is told stays. Throws FormatError for what is no initialisation. */
export function fillColours(init: Buffer, usual: Colours): Buffer {
  return along(init, way, (table) =>
    Buffer.concat([
      table.subarray(0, tableHead),
      ...[...boxesIn(table.subarray(tableHead))].map(({ type, body }) =>
        box(type, visualEntries.includes(type) ? filled(type, body, usual) : body),
      ),
    ]),
  );
}

/** The boxes with the body of the last one of the way changed. */
function along(boxes: Buffer, [next, ...rest]: readonly string[], change: (body: Buffer) => Buffer): Buffer {
  if (next === undefined) return change(boxes);
  return Buffer.concat(
    [...boxesIn(boxes)].map(({ type, body }) => box(type, type === next ? along(body, rest, change) : body)),
  );
}

function filled(type: string, entry: Buffer, usual: Colours): Buffer {
  const boxes = entry.subarray(visualHead);
  const told = coloursOf(type, boxes);
  const all = [told?.primaries, told?.transfer, told?.matrix];
  if (!all.some((code) => code === undefined || code === unspecified)) return entry;
  const [primaries, transfer, matrix] = [usual.primaries, usual.transfer, usual.matrix].map((code, index) => {
    const own = all[index];
    return own === undefined || own === unspecified ? code : own;
  });
  const others = [...boxesIn(boxes)].filter(
    ({ type, body }) => type !== 'colr' || body.toString('latin1', 0, 4) !== 'nclx',
  );
  const colr = Buffer.alloc(11);
  colr.write('nclx', 'latin1');
  for (const [index, code] of [primaries, transfer, matrix].entries())
    colr.writeUInt16BE(code ?? unspecified, 4 + index * 2);
  return Buffer.concat([
    entry.subarray(0, visualHead),
    ...others.map(({ type, body }) => box(type, body)),
    box('colr', colr),
  ]);
}
