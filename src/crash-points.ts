/**
 * Points between two steps of the writers, after any of which the process may be killed and nothing be lost. Nothing happens at
 * them, unless a test that was loaded before the program listens: docs/adr/0160-crash-points-are-named.md.
 */

/** All there are. `ack`: Kafka's acknowledgement; `fsync`: what makes durable, also fdatasync. */
export const crashPoints = [
  // The sink: as it is opened, bytes, names.
  'place:after-make',
  'journal:after-make',
  'part:after-write',
  'part:after-fsync',
  'part:after-unlink',
  'whole:after-write',
  'file:before-fsync',
  'file:after-fsync',
  'folder:after-make',
  'name:after-rename',
  // The downloader's checkpoint, in this order.
  'checkpoint:after-parts',
  'folder:after-fsync',
  'journal:after-write',
  'journal:after-fsync',
  'positions:before-commit',
  'positions:after-commit',
  // The uploader's topics, its state, what it sends.
  'topic:after-make',
  'state-topic:after-make',
  'lease:after-ack',
  'lease:after-release',
  'state:after-ack',
  'chunk:after-ack',
  'close:before-append',
  'close:after-ack',
  'pack:before-append',
  'pack:after-ack',
  'abort:after-ack',
  // The producer.
  'produce:after-send',
  'produce:after-answer',
] as const;

/** Those of the members of a group, which hold the turn of a name there: most are frozen at them. */
export const turnPoints = ['turn:after-take', 'turn:after-record', 'turn:after-rename'] as const;

export type CrashPoint = (typeof crashPoints)[number] | (typeof turnPoints)[number];

let listener: ((point: CrashPoint) => void) | undefined;

/** Calls `listen` whenever the program comes to a point, from now on. For tests. */
export function listenAtCrashPoints(listen: (point: CrashPoint) => void): void {
  listener = listen;
}

/** The program has come to this point. */
export function crashPoint(point: CrashPoint): void {
  listener?.(point);
}
