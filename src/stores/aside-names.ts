/** Names for what stood under a name that somebody else is to have: `report~1.pdf`, `report~2.pdf`. Pure. */
import { segmentLimit } from '../records/path.ts';

/**
 * In the order in which they are tried. The number stands before the last ending, so that programs know the file still. Where a name is too long
 * the part before it is cut, never in the middle of a character.
 */
export function* asideNames(target: string): Generator<string, never> {
  const slash = target.lastIndexOf('/') + 1;
  const [folder, name] = [target.slice(0, slash), target.slice(slash)];
  const dot = name.lastIndexOf('.');
  // A name that begins with its only dot has no ending, and what is as long as a sentence is none.
  const [stem, ending] =
    dot > 0 && name.length - dot <= 32 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
  for (let number = 1; ; number++) {
    const end = `~${number}${ending}`;
    yield folder + cut(stem, segmentLimit - Buffer.byteLength(end)) + end;
  }
}

/** As much of the beginning of a text as fits into so many bytes. */
export function cut(text: string, bytes: number): string {
  const characters = [...text];
  while (Buffer.byteLength(characters.join('')) > bytes) characters.pop();
  return characters.join('');
}
