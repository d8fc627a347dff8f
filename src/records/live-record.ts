/**
 * The records of the media topic `L`: init, part, gap and end. The value of a part is CMAF as it is served; everything that
 * a delivery server has to know stands in the headers, so that all servers derive the same playlists. FORMAT.md, "Live media".
 */
import { FormatError } from '../errors.ts';
import type { ConsumedRecord, Header, NewRecord } from '../kafka/contract.ts';
import { type Colours, coloursHeader, readColours } from './colours.ts';
import { fixedHeader, HeaderReader, textHeader } from './headers.ts';
import { renditionName, streamName } from './live-names.ts';

/** What every record of a stream says. */
interface Numbered {
  readonly stream: string;
  /** An unbroken run of the stream's encoder; a greater one is newer. Records of a lower one that come later are a zombie's. */
  readonly epoch: number;
  /** The record's number in its epoch, from 0, over all renditions: what comes twice has the same. */
  readonly sequence: number;
  /** The media sequence number: of the segment that this record belongs to; of `end`, the one that would have followed. */
  readonly media: number;
  /** The part's number in its epoch, the same in every rendition. Of init, gap and end: of the part that follows. */
  readonly ordinal: number;
  /** How many discontinuities there have been since the stream began, the one right before this segment included. */
  readonly discontinuities: number;
}

/** How a rendition is to be announced; stands on its init. */
export interface RenditionFacts {
  /** RFC 6381, all tracks: `avc1.64001f,mp4a.40.2`. */
  readonly codecs: string;
  /** Pixels; 0 without a picture. */
  readonly width: number;
  readonly height: number;
  /** Pictures in a thousand seconds: 30000 for 30/s. 0 without a picture. */
  readonly frameRate: number;
  /** Bits a second that no segment exceeds by much (BANDWIDTH), and on average (AVERAGE-BANDWIDTH). */
  readonly bandwidth: number;
  readonly averageBandwidth: number;
  /** Of the picture, where its bytes tell them. */
  readonly colours?: Colours;
}

/** Microseconds. Fixed for as long as a stream lasts: players rely on it. */
export interface Targets {
  readonly part: number;
  readonly segment: number;
}

/** `ftyp` and `moov` of a rendition. Comes before every segment, the same bytes for one epoch. */
export interface InitRecord extends Numbered {
  readonly kind: 'init';
  readonly rendition: string;
  readonly facts: RenditionFacts;
  readonly targets: Targets;
}

/** A run of `moof` and `mdat`: a part, or one chunk of a part that is sent in several. */
export interface PartRecord extends Numbered {
  readonly kind: 'part';
  readonly rendition: string;
  /** The part's number in its segment, from 0. */
  readonly part: number;
  /** The chunk's number in its part, from 0, and whether it is the part's last. */
  readonly chunk: number;
  readonly lastChunk: boolean;
  /** It begins with a picture that needs no other (of audio alone: always). Only where `chunk` is 0. */
  readonly keyframe: boolean;
  /** The segment follows a discontinuity. On every part of that segment. */
  readonly discontinuity: boolean;
  /** Ticks a second, of `time` and `duration`. */
  readonly timescale: number;
  /** Decode time of the first picture (of audio alone: of the first frame), in ticks. */
  readonly time: number;
  /** Of this chunk, in ticks. */
  readonly duration: number;
  /** When its first picture was taken, as well as the publisher knows: microseconds since the epoch (of Unix). */
  readonly captured: number;
}

/** A whole segment, of all renditions, that will never come. */
export interface GapRecord extends Numbered {
  readonly kind: 'gap';
  readonly discontinuity: boolean;
  readonly timescale: number;
  readonly time: number;
  readonly duration: number;
  readonly captured: number;
}

/** The programme is over. */
export interface EndRecord extends Numbered {
  readonly kind: 'end';
}

export type LiveRecord = InitRecord | PartRecord | GapRecord | EndRecord;

/** Gives the headers of a record, in the order of FORMAT.md. */
export function encodeLiveHeaders(record: LiveRecord): Header[] {
  const headers = [
    textHeader('sluice', '1'),
    textHeader('kind', record.kind),
    textHeader('stream', record.stream),
    fixedHeader('epoch', record.epoch),
    fixedHeader('sequence', record.sequence),
    fixedHeader('media', record.media),
    fixedHeader('ordinal', record.ordinal),
    fixedHeader('discontinuities', record.discontinuities),
  ];
  if (record.kind === 'init') {
    headers.push(textHeader('rendition', record.rendition), textHeader('codecs', record.facts.codecs));
    for (const name of factNames) headers.push(fixedHeader(wireNames[name], record.facts[name]));
    headers.push(fixedHeader('part-target', record.targets.part));
    headers.push(fixedHeader('segment-target', record.targets.segment));
    const { colours } = record.facts;
    if (colours !== undefined) headers.push(coloursHeader(colours));
  }
  if (record.kind === 'part') {
    headers.push(textHeader('rendition', record.rendition));
    headers.push(fixedHeader('part', record.part), fixedHeader('chunk', record.chunk));
  }
  if (record.kind === 'part' || record.kind === 'gap') {
    headers.push(textHeader('flags', flagsOf(record)));
    for (const name of timeNames) headers.push(fixedHeader(name, record[name]));
  }
  return headers;
}

/**
 * Throws FormatError unless the record is as FORMAT.md says, with a value of so many bytes. Both directions ask here, and
 * nowhere else; that numbers are whole is asked where they become text, and where they are read from it.
 */
export function checkLiveRecord(record: LiveRecord, valueLength: number): void {
  streamName(record.stream);
  if (record.kind === 'init' || record.kind === 'part') {
    if (valueLength < 16) throw new FormatError(`${record.kind} carries no bytes`);
    renditionName(record.rendition);
  }
  if (record.kind === 'init') {
    const { facts, targets } = record;
    if (!/^[A-Za-z0-9.,_-]{1,200}$/.test(facts.codecs))
      throw new FormatError(`codecs are "${facts.codecs.slice(0, 80)}"`);
    const positives = { bandwidth: facts.bandwidth, 'average-bandwidth': facts.averageBandwidth };
    checkPositive({ ...positives, 'part-target': targets.part, 'segment-target': targets.segment });
    if (targets.part > targets.segment) throw new FormatError('the target of parts exceeds that of segments');
  } else if (record.kind !== 'end') {
    checkPositive({ timescale: record.timescale, duration: record.duration });
  }
}

function checkPositive(numbers: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(numbers)) {
    if (value === 0) throw new FormatError(`header "${name}" is 0`);
  }
}

/**
 * A record of `L`, keyed by its stream; the value is empty where nothing is carried (gap, end). Throws FormatError for what no
 * reader would take.
 */
export function encodeLiveRecord(
  record: LiveRecord,
  value: NewRecord['value'] = new Uint8Array(),
): NewRecord {
  checkLiveRecord(record, lengthOf(value));
  return { key: Buffer.from(record.stream), headers: encodeLiveHeaders(record), value };
}

function lengthOf(value: NewRecord['value']): number {
  if (value === null) return 0;
  return value instanceof Uint8Array
    ? value.length
    : value.reduce((sum: number, { length }) => sum + length, 0);
}

const factNames = ['width', 'height', 'frameRate', 'bandwidth', 'averageBandwidth'] as const;
const wireNames = {
  width: 'width',
  height: 'height',
  frameRate: 'frame-rate',
  bandwidth: 'bandwidth',
  averageBandwidth: 'average-bandwidth',
} as const;
const timeNames = ['timescale', 'time', 'duration', 'captured'] as const;

/** Letters, in this order: keyframe, discontinuity, last chunk of its part. */
function flagsOf(record: PartRecord | GapRecord): string {
  const discontinuity = record.discontinuity ? 'd' : '';
  if (record.kind === 'gap') return discontinuity;
  return `${record.keyframe ? 'k' : ''}${discontinuity}${record.lastChunk ? 'l' : ''}`;
}

/**
 * Reads a record of `L`. Undefined when it is not of Sluice (no `sluice` header). Throws FormatError when it is, and is not
 * what FORMAT.md says.
 */
export function decodeLiveRecord(
  record: Pick<ConsumedRecord, 'headers' | 'headerCount' | 'value'>,
): LiveRecord | undefined {
  const headers = new HeaderReader(record);
  if (!headers.has('sluice')) return undefined;
  headers.matching('sluice', /^1$/);
  const found = readLiveRecord(headers);
  checkLiveRecord(found, record.value?.length ?? 0);
  return found;
}

/** Of the right form, and not checked yet. */
function readLiveRecord(headers: HeaderReader): LiveRecord {
  const kind = headers.matching('kind', /^(?:init|part|gap|end)$/) as LiveRecord['kind'];
  const numbered = {
    stream: headers.text('stream'),
    epoch: headers.integer('epoch'),
    sequence: headers.integer('sequence'),
    media: headers.integer('media'),
    ordinal: headers.integer('ordinal'),
    discontinuities: headers.integer('discontinuities'),
  };
  switch (kind) {
    case 'init':
      return { kind, ...numbered, ...readInit(headers) };
    case 'part':
      return { kind, ...numbered, ...readPart(headers) };
    case 'gap':
      return {
        kind,
        ...numbered,
        discontinuity: readFlags(headers, /^d?$/).includes('d'),
        ...readTimes(headers),
      };
    case 'end':
      return { kind, ...numbered };
  }
}

function readInit(headers: HeaderReader) {
  const colours = readColours(headers);
  const facts = {
    codecs: headers.text('codecs'),
    width: headers.integer('width'),
    height: headers.integer('height'),
    frameRate: headers.integer('frame-rate'),
    bandwidth: headers.integer('bandwidth'),
    averageBandwidth: headers.integer('average-bandwidth'),
    ...(colours === undefined ? {} : { colours }),
  };
  const targets = { part: headers.integer('part-target'), segment: headers.integer('segment-target') };
  return { rendition: headers.text('rendition'), facts, targets };
}

function readPart(headers: HeaderReader) {
  const flags = readFlags(headers, /^k?d?l?$/);
  return {
    rendition: headers.text('rendition'),
    part: headers.integer('part'),
    chunk: headers.integer('chunk'),
    keyframe: flags.includes('k'),
    discontinuity: flags.includes('d'),
    lastChunk: flags.includes('l'),
    ...readTimes(headers),
  };
}

function readTimes(headers: HeaderReader) {
  return {
    timescale: headers.integer('timescale'),
    time: headers.integer('time'),
    duration: headers.integer('duration'),
    captured: headers.integer('captured'),
  };
}

function readFlags(headers: HeaderReader, form: RegExp): string {
  return headers.matching('flags', form);
}
