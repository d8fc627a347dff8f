/** Who wants to know all that a walk through a source meets, and not only what is to be sent. */
import type { SourceFile } from '../../stores/contract.ts';

export interface WalkWitness {
  /** A walk begins; what an earlier one met is of no use any more. */
  begins(): void;
  met(file: SourceFile): void;
  /** Something there cannot be looked at, or sent. */
  spare(path: string): void;
}
