/** Why a connection that stood has ended. */
import type { Address } from '../settings.ts';
import { NetworkFailure } from './failures.ts';
import { addressText } from './socket.ts';

/** The connection stands, but nothing moved on it for too long. */
export class StalledConnection extends NetworkFailure {
  constructor(address: Address, quietMs: number) {
    super(`${addressText(address)}: no answer for ${Math.round(quietMs / 1000)} s`);
  }
}

/** The broker hung up, after so many answers. */
export function endOfStream(address: Address, answers: number): NetworkFailure {
  // A port that wants SASL answers ApiVersions and hangs up at the next request, one that wants TLS at the first.
  const hint = answers > 1 ? '' : ' at once; does this port speak the security.protocol that is set?';
  return new NetworkFailure(`${addressText(address)}: the broker closed the connection${hint}`);
}
