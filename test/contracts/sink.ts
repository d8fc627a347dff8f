/** The suite that every sink of `src/stores/contract.ts` passes. */
import { describe } from 'node:test';
import { remembering } from './sink/checkpoints.ts';
import type { OpenSinkGround } from './sink/ground.ts';
import { publishing } from './sink/publishing.ts';
import { temporaryFiles } from './sink/temporary-files.ts';

export type { OpenSinkGround, SinkGround } from './sink/ground.ts';

/** Registers the suite; `open` is called once for each test. */
export function sinkContract(name: string, open: OpenSinkGround): void {
  describe(`${name} keeps the contract of a sink`, () => {
    temporaryFiles(open);
    publishing(open);
    remembering(open);
  });
}
