/** Takes the texts of listings out of answers, before the library reads them. */
import { AsyncLocalStorage } from 'node:async_hooks';

/** Where the text of a listing goes that is asked for within. */
interface Box {
  text?: string;
}

/** What is read of an answer of the pipeline beneath the library. */
interface Answer {
  readonly status: number;
  bodyAsText?: string | null;
}

const box = new AsyncLocalStorage<Box>();
const empty =
  '<?xml version="1.0"?><EnumerationResults ServiceEndpoint="" ContainerName=""><Blobs /><NextMarker /></EnumerationResults>';

/** For the options of a pipeline, which hands them on to the one beneath. */
export const listingTexts = {
  position: 'perRetry',
  policy: {
    name: 'listingTexts',
    async sendRequest<R, A extends Answer>(request: R, next: (request: R) => Promise<A>): Promise<A> {
      const answer = await next(request);
      const into = box.getStore();
      if (into === undefined || answer.status !== 200) return answer;
      into.text = answer.bodyAsText ?? '';
      answer.bodyAsText = empty;
      return answer;
    },
  },
} as const;

/** The text of the listing that `ask` asks for; undefined where the pipeline has not taken it. */
export async function textOf(ask: () => Promise<unknown>): Promise<string | undefined> {
  const into: Box = {};
  await box.run(into, ask);
  return into.text;
}
