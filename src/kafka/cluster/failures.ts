/** What goes wrong between client and broker and may go right later. */
import { KafkaError } from '../contract.ts';
import { codeMessage, codeName } from './error-codes.ts';

/** A connection could not be opened, broke, or stood still for too long. The same request may succeed later. */
export class NetworkFailure extends Error {
  override name = 'NetworkFailure';
}

/** A broker's answer that means "not now": leaders move, coordinators load, replicas are missing. */
export class NotNow extends Error {
  override name = 'NotNow';
  readonly code: number;

  constructor(code: number, what: string) {
    super(`Could not ${what}: ${codeName(code)}. ${codeMessage(code)}`);
    this.code = code;
  }
}

/** True when the same request may succeed later. */
export function mayPass(error: unknown): boolean {
  return error instanceof NetworkFailure || error instanceof NotNow;
}

/** True when a broker knows the topic by another id, or not at all: fresh metadata tells what that means. */
export function isAboutTopic(error: unknown): boolean {
  return error instanceof KafkaError && (error.kind === 'unknown-topic' || error.kind === 'topic-recreated');
}
