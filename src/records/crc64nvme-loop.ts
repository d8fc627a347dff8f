/**
 * The inner loop of CRC-64/NVME as a WebAssembly module, assembled when it is loaded: sixteen bytes a step by sixteen
 * tables ("slicing by 16"), the rest byte by byte. Opcodes are those of the WebAssembly Core Specification, section 5.4.
 */

/** What is used of the JavaScript interface of WebAssembly; the types of Node.js do not have it. */
declare const WebAssembly: {
  readonly Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: Record<string, unknown> };
};

/** Continues `crc` over the memory's bytes `[start, end)`; the tables stand at address 0. */
export type CrcLoop = (crc: bigint, start: number, end: number) => bigint;

const i32 = 0x7f;
const i64 = 0x7e;
const empty = 0x40;

/** Parameters and locals of the function. */
const local = { crc: 0, at: 1, end: 2, first: 3, second: 4 } as const;

const op = {
  block: [0x02, empty],
  loop: [0x03, empty],
  end: [0x0b],
  branch: (depth: number) => [0x0c, depth],
  branchIf: (depth: number) => [0x0d, depth],
  get: (index: number) => [0x20, index],
  set: (index: number) => [0x21, index],
  load64: (offset: number) => [0x29, 3, ...unsigned(offset)],
  load8: [0x31, 0, 0],
  i32: (value: number) => [0x41, ...signed(value)],
  i64: (value: number) => [0x42, ...signed(value)],
  isAbove: [0x4b],
  isAtLeast: [0x4f],
  add32: [0x6a],
  and64: [0x83],
  xor64: [0x85],
  shiftLeft64: [0x86],
  shiftRight64: [0x88],
  wrap: [0xa7],
} as const;

/** Pushes the remainder that table `k` has for byte `index` of the 64-bit number in `word`. */
function lookUp(word: number, index: number, k: number): number[] {
  // (word >> 8 * index & 255) << 3, with the shifts joined: a table's entry has eight bytes.
  const shift = 8 * index - 3;
  const moved = shift < 0 ? [...op.i64(-shift), ...op.shiftLeft64] : [...op.i64(shift), ...op.shiftRight64];
  const address = [...op.get(word), ...moved, ...op.i64(0x7f8), ...op.and64, ...op.wrap];
  return [...address, ...op.load64(k * 2048)];
}

function sixteenBytes(): number[] {
  const { crc, at, first, second } = local;
  const code = [...op.get(at), ...op.load64(0), ...op.get(crc), ...op.xor64, ...op.set(first)];
  code.push(...op.get(at), ...op.load64(8), ...op.set(second));
  for (let index = 0; index < 8; index++) {
    code.push(...lookUp(first, index, 15 - index), ...(index === 0 ? [] : op.xor64));
    code.push(...lookUp(second, index, 7 - index), ...op.xor64);
  }
  return [...code, ...op.set(crc), ...op.get(at), ...op.i32(16), ...op.add32, ...op.set(at)];
}

function oneByte(): number[] {
  const { crc, at, first } = local;
  const mixed = [...op.get(at), ...op.load8, ...op.get(crc), ...op.xor64, ...op.set(first)];
  const shifted = [...op.get(crc), ...op.i64(8), ...op.shiftRight64];
  const stepped = [...op.get(at), ...op.i32(1), ...op.add32, ...op.set(at)];
  return [...mixed, ...shifted, ...lookUp(first, 0, 0), ...op.xor64, ...op.set(crc), ...stepped];
}

/** `while (!leave) body` */
function whileNot(leave: readonly number[], body: readonly number[]): number[] {
  return [
    ...op.block,
    ...op.loop,
    ...leave,
    ...op.branchIf(1),
    ...body,
    ...op.branch(0),
    ...op.end,
    ...op.end,
  ];
}

function assemble(): Uint8Array<ArrayBuffer> {
  const { at, end, crc } = local;
  const tooFew = [...op.get(at), ...op.i32(16), ...op.add32, ...op.get(end), ...op.isAbove];
  const none = [...op.get(at), ...op.get(end), ...op.isAtLeast];
  const code = [...whileNot(tooFew, sixteenBytes()), ...whileNot(none, oneByte()), ...op.get(crc), ...op.end];
  const body = [1, 2, i64, ...code];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 3, i64, i32, i32, 1, i64]),
    ...section(2, [1, ...name('env'), ...name('memory'), 2, 0, 1]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...name('loop'), 0, 0]),
    ...section(10, [1, ...unsigned(body.length), ...body]),
  ]);
}

/** The loop, and its memory of so many pages of 64 KiB. */
export function crcLoop(pages: number): { readonly memory: ArrayBuffer; readonly loop: CrcLoop } {
  const memory = new WebAssembly.Memory({ initial: pages });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(assemble()), { env: { memory } });
  return { memory: memory.buffer, loop: instance.exports.loop as CrcLoop };
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsigned(content.length), ...content];
}

function name(text: string): number[] {
  return [text.length, ...Buffer.from(text)];
}

/** LEB128, section 5.2.2. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

/** The same of a number with a sign, where it is none below zero: its highest bit must not be taken for one. */
function signed(value: number): number[] {
  return value < 0x40 ? [value] : [(value & 0x7f) | 0x80, ...signed(value >>> 7)];
}
