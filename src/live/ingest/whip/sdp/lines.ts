/** Descriptions of sessions (RFC 8866) as sections of lines. Pure. */

export interface Section {
  /** `audio`, `video`, `application`; undefined: what stands before the first of them. */
  readonly media?: string;
  readonly lines: readonly string[];
}

/** The first section is the session's own, and is always there. */
export function sectionsOf(sdp: string): Section[] {
  const sections: { media?: string; lines: string[] }[] = [{ lines: [] }];
  for (const line of sdp.split(/\r\n|\n/)) {
    if (line === '') continue;
    const media = /^m=(\S+)/.exec(line)?.[1];
    if (media === undefined) sections.at(-1)!.lines.push(line);
    else sections.push({ media, lines: [line] });
  }
  return sections;
}

export function textOf(sections: readonly Section[]): string {
  return sections.flatMap(({ lines }) => lines.map((line) => `${line}\r\n`)).join('');
}

/** The value of the first attribute of this name; '' for one without a value. */
export function attribute({ lines }: Section, name: string): string | undefined {
  const line = lines.find((each) => each === `a=${name}` || each.startsWith(`a=${name}:`));
  return line?.slice(name.length + 3);
}

/** Of a payload type, `*` for all: `rtpmap`, `fmtp`, `rtcp-fb` and their like begin with it. */
export function payloadOf(line: string): string | undefined {
  return /^a=(?:rtpmap|fmtp|rtcp-fb):(\d+|\*)(?!\S)/.exec(line)?.[1];
}
