/** Streams of live records, made without an encoder: what a publisher would append, with bytes that tell where they belong. */
import type {
  EndRecord,
  GapRecord,
  InitRecord,
  LiveRecord,
  PartRecord,
  RenditionFacts,
} from '../../src/records/live-record.ts';

export interface MadeRecord {
  readonly record: LiveRecord;
  readonly bytes: Buffer;
}

export interface ScriptOptions {
  readonly stream?: string;
  /** Names, the largest first. */
  readonly renditions?: readonly string[];
  readonly partsPerSegment?: number;
  readonly chunksPerPart?: number;
  /** Milliseconds. */
  readonly partTarget?: number;
  /** Microseconds since the epoch of Unix: when the first picture was taken. */
  readonly began?: number;
}

const timescale = 15_360;

export const someFacts: RenditionFacts = {
  codecs: 'avc1.64001f,mp4a.40.2',
  width: 640,
  height: 360,
  frameRate: 30_000,
  bandwidth: 1_200_000,
  averageBandwidth: 1_000_000,
};

/** A publisher on paper: each call appends what a real one would, with the numbers that come next. */
export class LiveScript {
  readonly made: MadeRecord[] = [];
  readonly #options: Required<ScriptOptions>;
  #epoch = 1;
  #sequence = 0;
  #media = 0;
  #ordinal = 0;
  #discontinuities = 0;
  #discontinuity = false;
  #time = 0;
  #captured: number;

  constructor(options: ScriptOptions = {}) {
    this.#options = {
      stream: 'cam',
      renditions: ['main'],
      partsPerSegment: 5,
      chunksPerPart: 1,
      partTarget: 200,
      began: 1_790_000_000_000_000,
      ...options,
    };
    this.#captured = this.#options.began;
  }

  get media(): number {
    return this.#media;
  }

  /** Whole segments. */
  segments(count = 1): this {
    for (let index = 0; index < count; index += 1) this.parts(this.#options.partsPerSegment).close();
    return this;
  }

  /** The first parts of a segment, which stays open until `close`. */
  parts(count: number): this {
    const { renditions, chunksPerPart, partTarget, partsPerSegment } = this.#options;
    const ticks = Math.round((partTarget * timescale) / 1000 / chunksPerPart);
    for (const rendition of renditions) this.#init(rendition);
    for (let part = 0; part < count; part += 1) {
      for (let chunk = 0; chunk < chunksPerPart; chunk += 1) {
        for (const rendition of renditions) {
          const record: PartRecord = {
            kind: 'part',
            ...this.#numbered(),
            rendition,
            part,
            chunk,
            lastChunk: chunk === chunksPerPart - 1,
            keyframe: part === 0 && chunk === 0,
            discontinuity: this.#discontinuity,
            timescale,
            time: this.#time,
            duration: ticks,
            captured: this.#captured,
          };
          this.#add(record, `part ${rendition} ${record.epoch}.${record.media}.${part}.${chunk};`);
        }
        this.#time += ticks;
        this.#captured += Math.round((ticks / timescale) * 1e6);
      }
      this.#ordinal += 1;
    }
    if (count > partsPerSegment) throw new Error('a segment has no more parts than that');
    return this;
  }

  close(): this {
    this.#media += 1;
    this.#discontinuity = false;
    return this;
  }

  gap(): this {
    const { partsPerSegment, partTarget } = this.#options;
    const duration = Math.round((partsPerSegment * partTarget * timescale) / 1000);
    const record: GapRecord = {
      kind: 'gap',
      ...this.#numbered(),
      ordinal: this.#ordinal + partsPerSegment,
      discontinuity: this.#discontinuity,
      timescale,
      time: this.#time,
      duration,
      captured: this.#captured,
    };
    this.#add(record, '');
    this.#time += duration;
    this.#captured += Math.round((duration / timescale) * 1e6);
    this.#ordinal += partsPerSegment;
    return this.close();
  }

  /** The encoder begins anew. `cut`: the segment that it had begun stays as short as it is, otherwise it is made again. */
  restart(cut = true): this {
    if (cut) this.#media += 1;
    this.#epoch += 1;
    this.#sequence = 0;
    this.#ordinal = 0;
    this.#time = 0;
    this.#discontinuities += 1;
    this.#discontinuity = true;
    this.#captured += 1_000_000;
    return this;
  }

  end(): this {
    const record: EndRecord = { kind: 'end', ...this.#numbered() };
    this.#add(record, '');
    return this;
  }

  #init(rendition: string): void {
    const { renditions, partTarget, partsPerSegment } = this.#options;
    const rank = renditions.length - renditions.indexOf(rendition);
    const record: InitRecord = {
      kind: 'init',
      ...this.#numbered(),
      rendition,
      facts: { ...someFacts, width: 640 * rank, height: 360 * rank, bandwidth: 1_200_000 * rank },
      targets: { part: partTarget * 1000, segment: partTarget * partsPerSegment * 1000 },
    };
    this.#add(record, `init ${rendition} ${record.epoch}`);
  }

  #numbered() {
    return {
      stream: this.#options.stream,
      epoch: this.#epoch,
      sequence: this.#sequence++,
      media: this.#media,
      ordinal: this.#ordinal,
      discontinuities: this.#discontinuities,
    };
  }

  #add(record: LiveRecord, text: string): void {
    this.made.push({ record, bytes: Buffer.from(text.padEnd(text === '' ? 0 : 16)) });
  }
}
