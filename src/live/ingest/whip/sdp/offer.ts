/** What a sender offers, and what is made of it: one picture and one sound in codecs that we take, and nothing else. Pure. */
import { isUsableCandidate } from './candidates.ts';
import { attribute, payloadOf, type Section, sectionsOf, textOf } from './lines.ts';

/** Of one kind of media, as it will come. */
export interface OfferedMedia {
  readonly mid: string;
  readonly codec: 'h264' | 'vp8' | 'opus';
  readonly payloadType: number;
  /** Whether what is lost can be asked for again. */
  readonly repeats: boolean;
  /** Of H.264: parameter sets that stand in the offer. */
  readonly parameterSets: readonly Buffer[];
  /** The id of the transport's own numbers among header extensions. */
  readonly transportExtension?: number;
}

export interface Offer {
  readonly video?: OfferedMedia;
  readonly sound?: OfferedMedia;
  readonly iceUfrag: string;
  /** The offer without all that is not taken: who answers that can agree to everything. */
  readonly sdp: string;
}

/** `problem`: why it cannot be taken, for the sender to read. */
export type ReadOffer = { readonly offer: Offer } | { readonly problem: string };

const transportUri = 'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01';

export function readOffer(text: string): ReadOffer {
  if (!/^v=0\r?\n/.test(text))
    return { problem: 'this is no description of a session (SDP): it begins with v=0' };
  const sections = sectionsOf(text);
  const several = ['video', 'audio'].find(
    (media) => sections.filter((each) => each.media === media).length > 1,
  );
  if (several !== undefined) return { problem: `the offer has more than one m=${several}: one is taken` };
  const taken = new Map<Section, OfferedMedia>();
  for (const section of sections) {
    if (section.media !== 'video' && section.media !== 'audio') continue;
    const found = readMedia(section);
    if (typeof found === 'string') return { problem: found };
    taken.set(section, found);
  }
  const medias = [...taken];
  const [first] = medias;
  if (first === undefined) return { problem: 'the offer has neither a picture nor sound (m=video, m=audio)' };
  // Otherwise nobody could say of which of the two a packet is.
  if (medias.length > 1 && medias.some(([section]) => attribute(section, 'ssrc') === undefined))
    return { problem: 'the offer does not say the sources of its picture and its sound (a=ssrc)' };
  const iceUfrag = attribute(first[0], 'ice-ufrag') ?? attribute(sections[0]!, 'ice-ufrag');
  if (iceUfrag === undefined || !/a=fingerprint:/.test(text))
    return { problem: 'the offer is none of WebRTC: it names no ice-ufrag, or no fingerprint' };
  const video = medias.find(([{ media }]) => media === 'video')?.[1];
  const sound = medias.find(([{ media }]) => media === 'audio')?.[1];
  const sdp = textOf(sections.map((section) => trimmed(section, taken.get(section))));
  return {
    offer: {
      iceUfrag,
      sdp,
      ...(video === undefined ? {} : { video }),
      ...(sound === undefined ? {} : { sound }),
    },
  };
}

/** A sentence where it cannot be taken. */
function readMedia(section: Section): OfferedMedia | string {
  const name = section.media === 'video' ? 'picture' : 'sound';
  if (['recvonly', 'inactive'].some((direction) => attribute(section, direction) !== undefined))
    return `the offer does not send its ${name}: it is to be sendonly`;
  const found =
    section.media === 'video' ? (codec(section, 'H264') ?? codec(section, 'VP8')) : codec(section, 'opus');
  if (found === undefined) {
    const wanted = section.media === 'video' ? 'H.264 or VP8' : 'Opus';
    const offered = [...new Set(codecsOf(section).map((each) => each.name))].join(', ') || 'nothing';
    return `the ${name} is offered as ${offered.slice(0, 100)}: ${wanted} is taken`;
  }
  const extension = section.lines.find(
    (line) => line.startsWith('a=extmap:') && line.endsWith(` ${transportUri}`),
  );
  const id = Number(/^a=extmap:(\d+)/.exec(extension ?? '')?.[1]);
  return {
    mid: attribute(section, 'mid') ?? '0',
    codec: found.name.toLowerCase() as OfferedMedia['codec'],
    payloadType: Number(found.payload),
    repeats: section.lines.some((line) => forOwn(line, found.payload) === `a=rtcp-fb:${found.payload} nack`),
    parameterSets: parameterSets(found.parameters),
    ...(Number.isInteger(id) && id > 0 ? { transportExtension: id } : {}),
  };
}

interface OfferedCodec {
  readonly payload: string;
  readonly name: string;
  readonly parameters: string;
}

/** A payload type has seven bits. More of them, each looked for in all lines, would keep everybody waiting. */
const mostPayloads = 128;

/** In the order that the sender prefers. */
function codecsOf(section: Section): OfferedCodec[] {
  const payloads = section.lines[0]!.split(' ').slice(3, 3 + mostPayloads);
  return payloads.flatMap((payload) => {
    const map = section.lines.find((line) => line.startsWith(`a=rtpmap:${payload} `));
    const name = /^a=rtpmap:\d+ ([^/\s]+)/.exec(map ?? '')?.[1];
    if (name === undefined) return [];
    const format = section.lines.find((line) => line.startsWith(`a=fmtp:${payload} `));
    return [{ payload, name, parameters: format?.slice(`a=fmtp:${payload} `.length) ?? '' }];
  });
}

/** Of H.264 one whose units may be cut to pieces: the others have to fit into one packet each. */
function codec(section: Section, name: string): OfferedCodec | undefined {
  const fitting = codecsOf(section).filter((each) => each.name.toLowerCase() === name.toLowerCase());
  return fitting.find(({ parameters }) => parameters.includes('packetization-mode=1')) ?? fitting[0];
}

function parameterSets(parameters: string): Buffer[] {
  const sets = /(?:^|;)\s*sprop-parameter-sets=([^;\s]+)/.exec(parameters)?.[1];
  return sets === undefined ? [] : sets.split(',').map((set) => Buffer.from(set, 'base64'));
}

/** What a receiver of a picture says of its sizes: level 4.2, whatever the sender's is. */
function upToFullHd(line: string): string {
  if (!/^a=fmtp:.*level-asymmetry-allowed=1/.test(line)) return line;
  return line.replace(/(profile-level-id=[0-9a-f]{4})[0-9a-f]{2}/i, '$12a');
}

/** What is wished for of all formats (RFC 4585, 4.2), as a wish about this one: the library knows no other. */
function forOwn(line: string, own: string): string {
  return line.replace(/^a=rtcp-fb:\*(?= )/, `a=rtcp-fb:${own}`);
}

const understood = /^(?:nack|nack pli|ccm fir|transport-cc)$/;

function trimmed(section: Section, media: OfferedMedia | undefined): Section {
  const lines = section.lines.filter((line) => !line.startsWith('a=candidate:') || isUsableCandidate(line));
  if (media === undefined) return { ...section, lines };
  const own = String(media.payloadType);
  const kept = [...new Set(lines.map((line) => forOwn(line, own)))].filter((line) =>
    isKept(line, own, media),
  );
  const head = kept[0]!.split(' ').slice(0, 3);
  return { ...section, lines: [[...head, own].join(' '), ...kept.slice(1).map(upToFullHd)] };
}

function isKept(line: string, own: string, { transportExtension }: OfferedMedia): boolean {
  const payload = payloadOf(line);
  if (payload !== undefined) {
    if (payload !== own) return false;
    const wish = /^a=rtcp-fb:\S+ ?(.*)$/.exec(line)?.[1];
    return wish === undefined || understood.test(wish);
  }
  if (line.startsWith('a=extmap:')) return line.startsWith(`a=extmap:${transportExtension} `);
  return !/^a=(?:rid|simulcast|extmap-allow-mixed|ssrc-group|msid|rtcp-rsize)\b/.test(line);
}
