/**
 * The uploader's memory: so many buffers of one size, of which each is handed out whole or in equal pieces, first come first served. A
 * piece comes back when Kafka has acknowledged its bytes: that is how back-pressure reaches the disk. When nobody has had any for a while,
 * the system has them.
 */
interface Whole {
  readonly memory: Uint8Array;
  /** What it is cut into, and was last. */
  pieces: readonly Uint8Array[];
  /** Pieces that nobody has. */
  free: Uint8Array[];
}

interface Waiting {
  readonly parts: number;
  readonly isUrgent: boolean;
  readonly resolve: (piece: Uint8Array) => void;
}

/** Pieces of a buffer at the most. */
const mostParts = 64;
/** Milliseconds after which those that nobody had are given back to the system. */
const idleAfter = 5000;

export class Buffers {
  readonly size: number;
  /** Nobody has anything of them. */
  readonly #whole: Whole[] = [];
  /** Those of which some pieces are free, by how many they are cut into. */
  readonly #cut = new Map<number, Set<Whole>>();
  readonly #owners = new WeakMap<Uint8Array, Whole>();
  readonly #waiting: Waiting[] = [];
  readonly #count: number;
  #unmade: number;
  #idle: NodeJS.Timeout | undefined;

  constructor(count: number, size: number) {
    this.size = size;
    this.#count = count;
    this.#unmade = count;
  }

  /** Forgets those that nobody has anything of: the next who comes has new ones made. */
  release(): void {
    this.#unmade += this.#whole.length;
    this.#whole.length = 0;
  }

  /** Who is urgent goes before all that wait. At least `bytes`, if a buffer holds so many, and as few beyond as cutting into halves allows. */
  async take(bytes: number = this.size, isUrgent = false): Promise<Uint8Array> {
    let parts = 1;
    while (parts < mostParts && Math.floor(this.size / (parts * 2)) >= bytes) parts *= 2;
    const piece = this.#waiting.length === 0 || isUrgent ? this.#find(parts, isUrgent) : undefined;
    if (piece !== undefined) return piece;
    return new Promise((resolve) => {
      const waiting = { parts, isUrgent, resolve };
      const before = isUrgent ? this.#waiting.findIndex((other) => !other.isUrgent) : -1;
      this.#waiting.splice(before < 0 ? this.#waiting.length : before, 0, waiting);
    });
  }

  give(piece: Uint8Array): void {
    const whole = this.#owners.get(piece)!;
    const { pieces, free } = whole;
    free.push(piece);
    if (free.length === pieces.length) {
      this.#freeOf(pieces.length).delete(whole);
      this.#whole.push(whole);
      if (this.#isAllBack()) this.#allBack();
    } else if (free.length === 1) this.#freeOf(pieces.length).add(whole);
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const found = this.#find(next.parts, next.isUrgent);
      if (found === undefined) return;
      this.#waiting.shift();
      next.resolve(found);
    }
  }

  #allBack(): void {
    if (this.#idle !== undefined) this.#idle.refresh();
    else this.#idle = setTimeout(() => this.#isAllBack() && this.release(), idleAfter).unref();
  }

  #isAllBack(): boolean {
    return this.#whole.length + this.#unmade === this.#count;
  }

  /** Who is urgent takes a larger piece, rather than wait until all of a buffer is free. */
  #find(parts: number, isUrgent: boolean): Uint8Array | undefined {
    const [cut] = this.#freeOf(parts);
    const whole = cut ?? this.#cutUp(this.#whole.pop() ?? this.#make(), parts);
    if (whole === undefined && isUrgent && parts > 1) return this.#find(parts / 2, true);
    const piece = whole?.free.pop();
    if (whole === undefined || piece === undefined) return undefined;
    if (whole.free.length === 0) this.#freeOf(parts).delete(whole);
    return piece;
  }

  #make(): Whole | undefined {
    if (this.#unmade === 0) return undefined;
    this.#unmade--;
    return { memory: Buffer.from(new SharedArrayBuffer(this.size)), pieces: [], free: [] };
  }

  #cutUp(whole: Whole | undefined, parts: number): Whole | undefined {
    if (whole === undefined) return undefined;
    if (whole.pieces.length !== parts) {
      const size = Math.floor(this.size / parts);
      whole.pieces = Array.from({ length: parts }, (_, at) =>
        whole.memory.subarray(at * size, (at + 1) * size),
      );
      for (const piece of whole.pieces) this.#owners.set(piece, whole);
      whole.free = [...whole.pieces];
    }
    this.#freeOf(parts).add(whole);
    return whole;
  }

  #freeOf(parts: number): Set<Whole> {
    let free = this.#cut.get(parts);
    if (free === undefined) {
      free = new Set();
      this.#cut.set(parts, free);
    }
    return free;
  }
}
