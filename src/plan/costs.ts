/**
 * What moving bytes costs, measured: docs/capacity.md says how, and `npm run bench:plan` holds them to real runs. Seconds of one core of the machine that they were
 * measured on, while others wanted its cores too, and bytes. On a quiet one it is less; a plan may be on the safe side.
 */
export const costs = {
  uploader: {
    /** To start, of a process that ends again. */
    start: 0.3,
    perGigabyte: 2.3,
    perThousandSmall: 0.13,
    memory: 120e6,
    /** Of each file that is remembered. */
    perFile: 560,
  },
  /** Beside `durable`. */
  downloader: { start: 0.27, perGigabyte: 3.6, perThousandSmall: 0.14, memory: 120e6 },
  /** The system's work until a thousand small files are durable: of the machine and its file system, and of any program that wants it. */
  durable: { perThousandFiles: 0.28 },
  broker: {
    perGigabyteIn: 4,
    perGigabyteOut: 1.1,
    perThousandRecords: 0.05,
    /** Each second, however little comes. */
    idle: 0.01,
    /** Of its heap. */
    memory: 1e9,
  },
  server: {
    perThousandRequests: 0.025,
    perThousandMessages: 0.008,
    perGigabyte: 0.1,
    /** Each second, while one stream comes. */
    idle: 0.018,
    memory: 130e6,
    perStream: 12e6,
    perViewer: 40e3,
  },
} as const;
