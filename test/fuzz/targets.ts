/** All that is fuzzed. A new store, verb or protocol adds a line here. */

import { openConsoleModel } from './console/target.ts';
import { openHttp } from './http/target.ts';
import { openAnswers } from './kafka/answers.ts';
import { openBatches } from './kafka/batches.ts';
import { openLive } from './live/target.ts';
import { openDownload } from './records/download.ts';
import { openState } from './records/state.ts';
import { openRtmp } from './rtmp/target.ts';
import { openServe } from './serve/target.ts';
import { openSrt } from './srt/target.ts';
import type { Target } from './target.ts';

/** `open` makes what all cases of a target share. */
export interface TargetEntry {
  readonly name: string;
  readonly open: () => Promise<Target>;
}

const entries: Readonly<Record<string, () => Promise<Target>>> = {
  records: openDownload,
  state: openState,
  live: openLive,
  batches: openBatches,
  answers: openAnswers,
  http: openHttp,
  serve: openServe,
  rtmp: openRtmp,
  srt: openSrt,
  console: openConsoleModel,
};

export const targets: readonly TargetEntry[] = Object.entries(entries).map(([name, open]) => ({
  name,
  open,
}));

/** Throws for a name that is none. */
export function targetNamed(name: string): TargetEntry {
  const found = targets.find((entry) => entry.name === name);
  if (found !== undefined) return found;
  throw new Error(`${name} is none of ${targets.map((entry) => entry.name).join(', ')}`);
}
