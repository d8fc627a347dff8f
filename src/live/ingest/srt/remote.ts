/** The other end of a datagram. */

/** Where a datagram comes from, or goes to. */
export interface Remote {
  readonly address: string;
  readonly port: number;
}
