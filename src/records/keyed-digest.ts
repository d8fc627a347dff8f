/** What `T.state` says of the content of an encrypted file: whoever has its key can tell whether it is of a file, nobody else can. */
import { createHmac } from 'node:crypto';

/** In the form of a digest by SHA-256, whatever `digest` is by. */
export function keyedDigest(secret: Uint8Array, digest: string): string {
  return `sha256:${createHmac('sha256', secret).update(`digest\0${digest}`).digest('hex')}`;
}
