/** The rooms whose mutants are tried, and the tests that are for them. */

export interface Room {
  readonly name: string;
  /** Files and folders, relative to the project's folder; what they hold of tests is for them. */
  readonly source: readonly string[];
  /** More tests: files and folders. */
  readonly tests?: readonly string[];
}

/** Pure code, or nearly: what happens in it shows without a broker, a disk or a browser. */
export const rooms: readonly Room[] = [
  { name: 'records', source: ['src/records/'] },
  {
    name: 'ranges',
    source: ['src/files/incoming/ranges.ts', 'src/stores/ranges-within.ts'],
    tests: ['src/files/incoming/ranges.test.ts', 'src/stores/ranges-within.test.ts'],
  },
  {
    name: 'safe-offsets',
    source: ['src/files/run/safe-offset.ts', 'src/files/run/safe-offsets.ts'],
    tests: ['src/files/run/safe-offset.test.ts', 'src/files/run/safe-offsets.test.ts'],
  },
  { name: 'produce', source: ['src/kafka/produce/'], tests: ['test/models/producer.test.ts'] },
  {
    name: 'group',
    source: ['src/kafka/group/dealt.ts', 'src/kafka/group/member-bytes.ts', 'src/kafka/group/range.ts'],
    tests: ['src/kafka/group/'],
  },
  { name: 'hls', source: ['src/delivery/hls/'], tests: ['src/delivery/window/'] },
  {
    name: 'window',
    source: ['src/delivery/window/'],
    tests: ['src/delivery/hls/', 'test/models/window.test.ts'],
  },
  { name: 'dash', source: ['src/delivery/dash/'] },
  {
    name: 'rtmp',
    source: within('src/live/ingest/rtmp/', [
      ...['amf0', 'chunk-head', 'chunk-reader', 'chunk-writer', 'commands', 'flv', 'handshake', 'messages'],
      ...['session', 'stream-name', 'timestamp-watch'],
    ]),
    tests: ['src/live/ingest/rtmp/'],
  },
  {
    name: 'srt',
    source: within('src/live/ingest/srt/', [
      ...['acknowledgements', 'admit', 'answers', 'byte-queue', 'caller-table', 'connection', 'cookie'],
      ...['examine', 'handshake-extensions', 'handshake', 'key-message', 'listener', 'loss-report', 'packet'],
      ...['payload-keys', 'reasons', 'receive-buffer', 'refusal-log', 'remote', 'sender', 'sequence'],
      ...['stream-id'],
    ]),
    tests: ['src/live/ingest/srt/'],
  },
  {
    name: 'whip',
    source: [
      ...['src/live/ingest/whip/rtp/', 'src/live/ingest/whip/sdp/'],
      ...within('src/live/ingest/whip/', [
        'composer',
        'ebml',
        'ice-servers',
        'matroska',
        'outlet',
        'problem',
      ]),
    ],
    tests: ['src/live/ingest/whip/'],
  },
];

function within(folder: string, names: readonly string[]): string[] {
  return names.map((name) => `${folder}${name}.ts`);
}

/** True when the path is one of these files, or in one of these folders. */
export function isIn(path: string, places: readonly string[]): boolean {
  return places.some((place) => path === place || (place.endsWith('/') && path.startsWith(place)));
}

/** The rooms of these names; of what is no room's name, the file or folder of that name. All of them where none is named. */
export function roomsOf(names: readonly string[]): readonly Room[] {
  if (names.length === 0) return rooms;
  return names.map((name) => {
    const known = rooms.find((room) => room.name === name);
    if (known !== undefined) return known;
    const place = name.endsWith('.ts') || name.endsWith('/') ? name : `${name}/`;
    return { name, source: [place], tests: [place.replace(/[^/]+\.ts$/, '')] };
  });
}
