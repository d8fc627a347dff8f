/** Work on many things, so many at a time: each that is under way takes memory. */
import { allDone } from './all-done.ts';

/** What `work` makes of each, in their order. Rejects with what the first that fails rejects with, once what is under way has ended. */
export async function fewAtOnce<Thing, Made>(
  things: readonly Thing[],
  most: number,
  work: (thing: Thing) => Promise<Made>,
): Promise<Made[]> {
  const made = new Array<Made>(things.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < things.length) {
      const index = next++;
      try {
        made[index] = await work(things[index]!);
      } catch (error) {
        next = things.length;
        throw error;
      }
    }
  };
  await allDone(Array.from({ length: Math.min(most, things.length) }, worker));
  return made;
}
