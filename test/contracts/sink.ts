/** The suite that every sink of `src/stores/contract.ts` passes. */
import { describe } from 'node:test';
import type { SinkAbilities } from '../../src/stores/contract.ts';
import { remembering, rememberingFiles } from './sink/checkpoints.ts';
import type { OpenSinkGround } from './sink/ground.ts';
import { bytesInOrder } from './sink/in-order.ts';
import { publishing, publishingFiles } from './sink/publishing.ts';
import { temporaryFiles } from './sink/temporary-files.ts';

export type { OpenSinkGround, SinkGround } from './sink/ground.ts';

/** Registers the suite for a sink that says so of itself; `open` is called once for each test. */
export function sinkContract(name: string, writes: SinkAbilities['writes'], open: OpenSinkGround): void {
  describe(`${name} keeps the contract of a sink`, () => {
    publishing(open);
    remembering(open);
    if (writes === 'in-order') return bytesInOrder(open);
    temporaryFiles(open);
    publishingFiles(open);
    rememberingFiles(open);
  });
}
