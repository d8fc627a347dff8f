/**
 * What moving bytes costs, measured: docs/capacity.md says how, and `npm run bench:plan` holds them to real runs. Seconds of one
 * core of the machine that they were measured on, and bytes.
 */
export const costs = {
  uploader: {
    /** To start, of a process that ends again. */
    start: 0.3,
    perGigabyte: 1.8,
    perThousandSmall: 0.13,
    memory: 105e6,
    /** Of each file that is remembered. */
    perFile: 560,
  },
  downloader: { start: 0.3, perGigabyte: 1.9, perThousandSmall: 0.28, memory: 105e6, perFile: 0 },
  broker: {
    perGigabyteIn: 1.2,
    perGigabyteOut: 0.5,
    perThousandRecords: 0.2,
    /** Each second, however little comes. */
    idle: 0.01,
    memory: 1e9,
  },
  server: {
    perThousandRequests: 0.022,
    perThousandMessages: 0.006,
    perGigabyte: 0.3,
    idle: 0.02,
    memory: 130e6,
    perStream: 12e6,
    perViewer: 40e3,
  },
} as const;
