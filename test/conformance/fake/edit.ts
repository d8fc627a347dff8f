/** Edits of playlists, for faults. Pure. */

/** Each line as `edit` makes it, with the number of the segment that it belongs to; undefined takes it away. */
export function editLines(text: string, edit: (line: string, media: number) => string | undefined): string {
  let media = numberIn(text, 'MEDIA-SEQUENCE:') + numberIn(text, 'SKIPPED-SEGMENTS=');
  const lines: string[] = [];
  for (const line of text.split('\n')) {
    const edited = edit(line, media);
    if (edited !== undefined) lines.push(edited);
    if (line !== '' && !line.startsWith('#')) media += 1;
  }
  return lines.join('\n');
}

/** Without lines that have this in them. */
export function without(text: string, what: RegExp): string {
  return editLines(text, (line) => (what.test(line) ? undefined : line));
}

/** A playlist in full, from which its first segments are gone, all but so many. */
export function lastSegments(text: string, count: number): string {
  const { head, segments, tail } = split(text);
  const gone = segments.slice(0, -count);
  const discontinuities = gone.join('\n').match(/#EXT-X-DISCONTINUITY$/gm)?.length ?? 0;
  const numbered = head
    .replace(/(MEDIA-SEQUENCE:)(\d+)/, (_, name, number) => `${name}${Number(number) + gone.length}`)
    .replace(
      /(DISCONTINUITY-SEQUENCE:)(\d+)/,
      (_, name, number) => `${name}${Number(number) + discontinuities}`,
    );
  return [numbered, ...mapOf(gone, segments[gone.length]), ...segments.slice(-count), tail].join('\n');
}

/** A delta update of a playlist in full that keeps so many whole segments. */
export function deltaOf(text: string, kept: number): string {
  const { head, segments, tail } = split(text);
  const gone = segments.slice(0, -kept);
  const skip = `#EXT-X-SKIP:SKIPPED-SEGMENTS=${gone.length}`;
  return [head, skip, ...mapOf(gone, segments[gone.length]), ...segments.slice(-kept), tail].join('\n');
}

/** The MAP in force behind `gone`, where what follows does not begin with its own. */
function mapOf(gone: readonly string[], next = ''): readonly string[] {
  if (next.includes('#EXT-X-MAP')) return [];
  return (
    gone
      .join('\n')
      .match(/#EXT-X-MAP.*/g)
      ?.slice(-1) ?? []
  );
}

/** What stands before the first segment, each whole segment's lines, and what stands behind them. */
function split(text: string): { head: string; segments: string[]; tail: string } {
  const lines = text.split('\n');
  const begin = lines.findIndex((line) => /^#EXT-X-(?:DISCONTINUITY$|MAP|PROGRAM)/.test(line));
  const segments: string[] = [];
  let growing: string[] = [];
  for (const line of lines.slice(begin)) {
    growing.push(line);
    if (line === '' || line.startsWith('#')) continue;
    segments.push(growing.join('\n'));
    growing = [];
  }
  return { head: lines.slice(0, begin).join('\n'), segments, tail: growing.join('\n') };
}

function numberIn(text: string, name: string): number {
  return Number(new RegExp(`${name}(\\d+)`).exec(text)?.[1] ?? 0);
}
