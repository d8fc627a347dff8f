/** Giving the temporary file of an upload its final name. */
import type { FileLook, Over, Published } from '../contract.ts';
import type { DiskCalls } from './calls.ts';
import type { FileLooks } from './file-look.ts';
import type { Claim, FinalNames } from './final-names.ts';
import { finishPart } from './finish-part.ts';
import type { Handles, OpenPart } from './handles.ts';
import type { KeptAside } from './kept-aside.ts';
import type { NameKeeper } from './name-keeper.ts';
import type { Stamp } from './part-watch.ts';

export interface PublishPartParts {
  readonly calls: DiskCalls;
  readonly looks: FileLooks;
  readonly handles: Handles;
  readonly aside: KeptAside;
  readonly names: FinalNames;
  readonly keeper: NameKeeper;
  /** Makes an open file durable. */
  readonly sync: (part: number) => Promise<void>;
}

/** What is to stand under a name. */
export interface NewName {
  readonly target: string;
  readonly look: FileLook;
  readonly published: Published;
  readonly over: Over;
}

/** As the contract says of `publish`, of the temporary file, whose name was claimed. */
export async function publishPart(
  { calls, looks, handles, aside, names, keeper, sync }: PublishPartParts,
  file: string,
  { target, look, published, over }: NewName,
  claim: Claim,
): Promise<string | undefined> {
  const finish = (part: OpenPart) => finishPart({ calls, looks, sync }, file, part, look, published);
  const mtime = await handles.use(file, finish);
  await handles.close(file);
  const returned = (stamp: Stamp): void => handles.returned(file, stamp);
  const finished = { file, target, published, look, mtime, folded: claim.folded, returned };
  return aside.keeping(target, over, (meet) =>
    keeper.put(finished, async (from) => {
      await meet();
      const moved = await names.put(from, target, { ...claim, ifFree: over === 'nothing' }, finished);
      // Only now: where its name was refused, it is to stay as it was left.
      await handles.end(file);
      return moved;
    }),
  );
}
