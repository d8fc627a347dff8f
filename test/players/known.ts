/** Cells of the matrix that stand: what a player cannot do, by whose fault, and how that was proven. */

export interface Known {
  readonly players: readonly string[];
  /** Undefined: all. */
  readonly inputs?: readonly string[];
  readonly reason: string;
}

export const known: readonly Known[] = [];

export function reasonFor(player: string, input: string): string | undefined {
  return known.find(
    ({ players, inputs }) => players.includes(player) && (inputs === undefined || inputs.includes(input)),
  )?.reason;
}
