/** CRC-32C (RFC 3720, B.4) without an addon: eight bytes at a time, by tables. PURE. */

/** Of the polynomial 0x1EDC6F41, its bits in the other order. */
const polynomial = 0x82f63b78;

/** Table n has what a byte does that n bytes follow. */
const tables = makeTables();

function makeTables(): readonly Uint32Array[] {
  const made = Array.from({ length: 8 }, () => new Uint32Array(256));
  for (let byte = 0; byte < 256; byte += 1) {
    let sum = byte;
    for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ polynomial : sum >>> 1;
    made[0]![byte] = sum;
  }
  for (let table = 1; table < 8; table += 1) {
    for (let byte = 0; byte < 256; byte += 1) {
      const sum = made[table - 1]![byte]!;
      made[table]![byte] = (sum >>> 8) ^ made[0]![sum & 0xff]!;
    }
  }
  return made;
}

const [t0, t1, t2, t3, t4, t5, t6, t7] = tables;

/** As the addon has it: `initial` is the sum of what came before. */
export function crc32c(text: string | Uint8Array, initial = 0): number {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  let sum = ~initial;
  let at = 0;
  for (const whole = bytes.length - 7; at < whole; at += 8) {
    sum ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    sum =
      t7![sum & 0xff]! ^
      t6![(sum >>> 8) & 0xff]! ^
      t5![(sum >>> 16) & 0xff]! ^
      t4![sum >>> 24]! ^
      t3![bytes[at + 4]!]! ^
      t2![bytes[at + 5]!]! ^
      t1![bytes[at + 6]!]! ^
      t0![bytes[at + 7]!]!;
  }
  for (; at < bytes.length; at += 1) sum = (sum >>> 8) ^ t0![(sum ^ bytes[at]!) & 0xff]!;
  return ~sum >>> 0;
}
