/** What the page asks: who asks, what there is, and what happens. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ConsoleModel, FilesQuestion, Session } from '../contract.ts';
import type { Access, Caller } from './access/access.ts';
import type { Guard } from './access/guard.ts';
import { refuse } from './access/guard.ts';
import { type EventStreams, snapshotOf } from './events.ts';
import { secureHeaders } from './headers.ts';

export interface ApiContext {
  readonly model: ConsoleModel;
  readonly access: Access;
  readonly guard: Guard;
  readonly events: EventStreams;
  /** Of Sluice. */
  readonly version: string;
  /** Under which uploader's name dropped files go. */
  readonly uploader?: string | undefined;
  /** Why they wait. */
  readonly drops: () => string | undefined;
}

const look = { config: { role: 'look' } } as const;

/** Anything that is asked, as text. */
const word = z.string().max(4096).optional();
const filesQuestion = z.object({
  search: z.string().max(256).optional(),
  uploader: word,
  state: z.enum(['sending', 'sent', 'arrived', 'parked', 'failed', 'removed', 'aborted']).optional(),
  after: word,
  limit: z.coerce.number().int().min(1).max(500).optional(),
});
const oneFile = z.object({ uploader: z.string().min(1).max(4096), path: z.string().min(1).max(4096) });

/** What of somebody who asks the page is told. */
export type Asking = Pick<Caller, 'role' | 'user' | 'csrf' | 'expires' | 'isProgram'>;

/** Who asks, as the page is told. */
export function sessionOf(
  { model, version, uploader }: Pick<ApiContext, 'model' | 'version' | 'uploader'>,
  { role, user, csrf, expires, isProgram }: Asking,
): Session {
  const { topic, liveTopic, cluster } = model;
  const whose = { ...(user === undefined ? {} : { user }), ...(uploader === undefined ? {} : { uploader }) };
  const kept = expires !== undefined && !isProgram ? ({ isSignedIn: true } as const) : {};
  return { role, csrf, topic, liveTopic, cluster, version, ...whose, ...kept };
}

export function addApi(scope: FastifyInstance, context: ApiContext): void {
  const { model, access, guard, events } = context;
  scope.get('/api/session', look, (request) => sessionOf(context, guard.callerOf(request)));
  scope.get('/api/overview', look, () => snapshotOf(model, context.drops()));
  scope.get('/api/history', look, () => model.history());
  scope.get('/api/files', look, (request, reply) => {
    const question = filesQuestion.safeParse(request.query);
    if (!question.success) return refuse(reply, 400, { message: faultIn(question.error) });
    return model.files(definedIn(question.data));
  });
  scope.get('/api/files/history', look, async (request, reply) => {
    const which = oneFile.safeParse(request.query);
    if (!which.success) return refuse(reply, 400, { message: faultIn(which.error) });
    return model.fileHistory(which.data.uploader, which.data.path);
  });
  scope.get('/api/events', { ...look, exposeHeadRoute: false }, (request, reply) => {
    const { headers } = request;
    const isAllowed = () => access.callerOf(headers) !== undefined;
    // A browser that asks for events waits for nothing else on this connection.
    if (events.open(reply.raw, secureHeaders, isAllowed)) return reply.hijack();
    return refuse(reply.header('retry-after', '30'), 503, {
      message: 'too many pages are open already: close some, or ask again later',
    });
  });
}

/** E.g. `limit: Too big: expected number to be <=500`. */
export function faultIn({ issues }: z.ZodError): string {
  return issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
}

function definedIn(question: z.infer<typeof filesQuestion>): FilesQuestion {
  const { state, limit, search, uploader, after } = question;
  return {
    ...(search === undefined || search === '' ? {} : { search }),
    ...(uploader === undefined || uploader === '' ? {} : { uploader }),
    ...(after === undefined || after === '' ? {} : { after }),
    ...(state === undefined ? {} : { state }),
    ...(limit === undefined ? {} : { limit }),
  };
}
