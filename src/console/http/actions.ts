/** What administrators may have done: files sent again, keys of senders. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { ConfigurationError, describeError } from '../../errors.ts';
import { KafkaError } from '../../kafka/contract.ts';
import type { Logger } from '../../log.ts';
import type { ListedKey, MadeKey } from '../contract.ts';
import { type Guard, refuse } from './access/guard.ts';
import { faultIn } from './api.ts';

/** What is done to the cluster. Rejects with ConfigurationError for what it cannot be, and says why. */
export interface Actions {
  /** The uploader's next run sends the file again. */
  resend(uploader: string, path: string): Promise<void>;
  keys(): Promise<readonly ListedKey[]>;
  /** `expires`: milliseconds from now on; absent: for ever. */
  addKey(wish: {
    readonly stream: string;
    readonly name?: string;
    readonly expires?: number;
  }): Promise<MadeKey>;
  /** Gives how many were taken back. */
  removeKey(id: string): Promise<number>;
}

const text = z.string().min(1).max(4096);
const resent = z.object({ uploader: text, path: text });
const wished = z.object({
  stream: z.string().min(1).max(256),
  name: z.string().max(256).optional(),
  expires: z.number().int().positive().max(3_200_000_000_000).optional(),
});

export function addActions(
  scope: FastifyInstance,
  { actions, guard, logger }: { readonly actions: Actions; readonly guard: Guard; readonly logger: Logger },
): void {
  const administer = { config: { role: 'administer' }, bodyLimit: 16_384 } as const;
  scope.post('/api/files/resend', administer, async (request, reply) => {
    const asked = resent.safeParse(request.body);
    if (!asked.success) return refuse(reply, 400, { message: faultIn(asked.error) });
    const { uploader, path } = asked.data;
    const { user } = guard.callerOf(request);
    return done(reply, async () => {
      await actions.resend(uploader, path);
      logger.info({ uploader, path, user }, 'a file is to be sent again');
      return { uploader, path };
    });
  });
  scope.get('/api/keys', administer, (_request, reply) =>
    done(reply, async () => ({ keys: await actions.keys() })),
  );
  scope.post('/api/keys', administer, async (request, reply) => {
    const asked = wished.safeParse(request.body);
    if (!asked.success) return refuse(reply, 400, { message: faultIn(asked.error) });
    const { stream, name, expires } = asked.data;
    const { user } = guard.callerOf(request);
    return done(reply, async () => {
      const wish = {
        stream,
        ...(name === undefined ? {} : { name }),
        ...(expires === undefined ? {} : { expires }),
      };
      const made = await actions.addKey(wish);
      logger.info({ id: made.id, stream, user }, 'a key of a sender was made');
      return made;
    });
  });
  scope.delete<{ Params: { id: string } }>('/api/keys/:id', administer, async (request, reply) => {
    const { id } = request.params;
    // As much of a digest as nobody else's key begins with.
    if (!/^[0-9a-f]{12,64}$/.test(id)) return refuse(reply, 400, { message: 'that is no id of a key' });
    const { user } = guard.callerOf(request);
    return done(reply, async () => {
      const removed = await actions.removeKey(id);
      if (removed === 0) return refuse(reply, 404, { message: 'there is no such key' });
      logger.info({ id, user }, 'a key of a sender was taken back');
      return { removed };
    });
  });
}

/** Says what stands in the way in the words of whoever found it. */
async function done<T>(reply: FastifyReply, work: () => Promise<T>): Promise<T | FastifyReply> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ConfigurationError) return refuse(reply, 409, { message: describeError(error) });
    if (error instanceof KafkaError) return refuse(reply, 503, { message: describeError(error) });
    throw error;
  }
}
