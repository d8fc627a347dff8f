/** What a sender is answered that is not admitted: a status, and words that can be shown to him. Pure. */
import type { Refusal } from '../contract.ts';

export interface Problem {
  readonly status: number;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** RFC 9725, 4.2 and 4.9: what may pass is 503 with a time to come again, the rest the sender has to change. */
const answers: Readonly<Record<Refusal, Omit<Problem, 'message'>>> = {
  denied: { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } },
  busy: { status: 409 },
  full: { status: 503, headers: { 'retry-after': '5' } },
  closing: { status: 503, headers: { 'retry-after': '2' } },
  invalid: { status: 400 },
};

export function refusalProblem(why: Refusal, message: string): Problem {
  return { ...answers[why], message };
}

export const problems = {
  noKey: {
    status: 401,
    message: 'a key is missing: it is sent as Authorization: Bearer KEY',
    headers: { 'www-authenticate': 'Bearer' },
  },
  notSdp: { status: 415, message: 'an offer is sent as application/sdp' },
  notFragment: { status: 415, message: 'candidates are sent as application/trickle-ice-sdpfrag' },
  noSession: { status: 404, message: "there is no such session: it has ended, or was another server's" },
  otherKey: {
    status: 401,
    message: "this session is another sender's",
    headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
  },
  noTag: { status: 428, message: 'a PATCH names its session by If-Match' },
  otherTag: { status: 412, message: 'If-Match does not name this session of ICE' },
  restart: { status: 422, message: 'ICE is not begun anew within a session: end it, and POST a new offer' },
  tooLarge: { status: 413, message: 'an offer has 64 kB at most' },
} as const satisfies Readonly<Record<string, Problem>>;
