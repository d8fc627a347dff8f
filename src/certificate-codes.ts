/** Codes by which Node says that a certificate is not trusted, other than that it has expired or is another's: no waiting mends it. */
export const certificateCodes: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'INVALID_CA',
  'INVALID_PURPOSE',
]);

/**
 * What is wrong with a certificate by this machine's clock, and what to do, as the end of a sentence; undefined for all else. A clock may be
 * wrong, as of a machine that has none of its own until its line is up.
 */
export function untimely(code: string | undefined, now: Date = new Date()): string | undefined {
  const clock = `by this machine's clock (${now.toISOString().slice(0, 16)}Z)`;
  if (code === 'CERT_HAS_EXPIRED') return `has expired, ${clock}: renew it, or set the clock`;
  if (code === 'CERT_NOT_YET_VALID') return `is not valid yet, ${clock}: set the clock`;
  return undefined;
}
