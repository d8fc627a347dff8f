/** The suite that every sink of `src/stores/contract.ts` passes. */
import { describe } from 'node:test';
import type { SinkAbilities } from '../../src/stores/contract.ts';
import { remembering, rememberingFiles, rememberingParts } from './sink/checkpoints.ts';
import type { OpenSinkGround } from './sink/ground.ts';
import { bytesInOrder } from './sink/in-order.ts';
import { publishing, publishingFiles } from './sink/publishing.ts';
import { whatStandsThere } from './sink/standing.ts';
import { temporaryFiles } from './sink/temporary-files.ts';

export type { OpenSinkGround, SinkGround } from './sink/ground.ts';

/** What a sink says of itself; or that it is one that is written to in order, behind a folder. */
export type SinkKind = SinkAbilities['writes'] | 'spilled';

/** Registers the suite for a sink of that kind; `open` is called once for each test. */
export function sinkContract(name: string, kind: SinkKind, open: OpenSinkGround): void {
  describe(`${name} keeps the contract of a sink`, () => {
    publishing(open);
    remembering(open);
    whatStandsThere(open);
    if (kind === 'in-order') return bytesInOrder(open);
    temporaryFiles(open);
    rememberingParts(open);
    if (kind === 'spilled') return;
    publishingFiles(open);
    rememberingFiles(open);
  });
}
