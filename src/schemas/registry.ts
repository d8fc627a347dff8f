/** A registry of schemas that speaks as Confluent's does: what is asked of it. */
import { ConfigurationError } from '../errors.ts';
import type { Answer, Ask } from './registry-http.ts';

/** What became of one schema. */
export interface Registered {
  readonly name: string;
  readonly subject: string;
  /** `there`: this very schema stands there already. `would-register`: with `--dry-run`. `incompatible`: the registry refuses it beside what stands there. */
  readonly result: 'registered' | 'there' | 'would-register' | 'incompatible';
  readonly id?: number;
  readonly version?: number;
  /** Why it is refused. */
  readonly message?: string;
}

export interface Wanted {
  readonly name: string;
  readonly subject: string;
  readonly schema: object;
}

/** By Confluent's numbers: no such subject, no such version, no such schema. */
const unknown = [40401, 40402, 40403];

/** What others say in their place: nothing, or the status once more (Apicurio before 2.1); as does what does not know the path at all. */
const terse = [undefined, 0, 404];

/** By Confluent's numbers: no schema of that type. Others of 422 are modes and references. */
const notOfThatType = 42201;

/** Registers a schema where it does not stand, and would be compatible. Throws ConfigurationError for what the registry says otherwise. */
export async function register(
  ask: Ask,
  { name, subject, schema }: Wanted,
  dryRun: boolean,
): Promise<Registered> {
  const path = `/subjects/${encodeURIComponent(subject)}`;
  const body = { schemaType: 'JSON', schema: JSON.stringify(schema) };
  const facts = { name, subject };
  const standing = await ask('POST', path, body);
  if (standing.status === 200) return { ...facts, result: 'there', ...numbersOf(standing, subject) };
  if (!isUnknown(standing)) throw refusal(standing, subject);
  // Without a number of Confluent's it may be anything that does not know the path.
  if (isTerse(standing)) {
    const all = await ask('GET', '/subjects');
    if (all.status !== 200 || !Array.isArray(all.body)) throw refusal(standing, subject);
  }
  const beside = await ask('POST', `/compatibility${path}/versions/latest?verbose=true`, body);
  if (beside.status === 200 && beside.body.is_compatible === false) {
    const messages = Array.isArray(beside.body.messages) ? beside.body.messages.join('; ') : '';
    const message = messages === '' ? 'it is not compatible with the version that stands there' : messages;
    return { ...facts, result: 'incompatible', message };
  }
  if (beside.status !== 200 && !isUnknown(beside)) throw refusal(beside, subject);
  if (dryRun) return { ...facts, result: 'would-register' };
  const made = await ask('POST', `${path}/versions`, body);
  if (made.status === 409) return { ...facts, result: 'incompatible', message: said(made) };
  if (made.status !== 200) throw refusal(made, subject);
  return { ...facts, result: 'registered', ...numbersOf(made, subject) };
}

function isUnknown({ status, body }: Answer): boolean {
  return status === 404 && (isTerse({ body }) || unknown.includes(Number(body.error_code)));
}

function isTerse({ body }: Pick<Answer, 'body'>): boolean {
  return terse.includes(body.error_code as number | undefined);
}

/** Each registry tells at least one of them; a page that answers everything tells neither. */
function numbersOf(answer: Answer, subject: string): { id?: number; version?: number } {
  const { id, version } = answer.body;
  if (typeof id !== 'number' && typeof version !== 'number')
    throw refusal({ ...answer, status: 404 }, subject);
  return { ...(typeof id === 'number' ? { id } : {}), ...(typeof version === 'number' ? { version } : {}) };
}

function said({ status, body, location }: Answer): string {
  if (location !== undefined) return `it sends to ${location}, which would be to be named instead`;
  return typeof body.message === 'string' && body.message !== '' ? body.message : `HTTP ${status}`;
}

/** In words: what, why, and what to do. */
function refusal(answer: Answer, subject: string): ConfigurationError {
  const { status } = answer;
  const why = said(answer);
  if (status === 401 || status === 403) {
    const what = status === 401 ? 'does not know who asks' : 'does not let this user register schemas';
    return new ConfigurationError(
      `the registry ${what} (${why}): give --registry-config FILE with basic.auth.user.info or bearer.auth.token of somebody who may write ${subject}`,
    );
  }
  if (status === 404) {
    return new ConfigurationError(
      `there is no registry of schemas at that URL (${why}): give the URL below which /subjects is, of Apicurio http://HOST:PORT/apis/ccompat/v7`,
    );
  }
  if (status === 422 && [undefined, notOfThatType].includes(answer.body.error_code as number | undefined)) {
    return new ConfigurationError(
      `the registry takes no JSON Schema for ${subject} (${why}): it has to know schemas of type JSON, as Confluent's does from 5.5 on`,
    );
  }
  if (status === 429) {
    const next = answer.retryAfter === undefined ? 'try again later' : `it says when: ${answer.retryAfter}`;
    return new ConfigurationError(
      `the registry takes no more requests for now, ${subject} among them (${why}): ${next}`,
    );
  }
  const by = why === `HTTP ${status}` ? '' : ` (HTTP ${status})`;
  const next = answer.location === undefined ? 'look at its log, and try again' : 'check --registry';
  return new ConfigurationError(`the registry cannot register ${subject}: ${why}${by}; ${next}`);
}
