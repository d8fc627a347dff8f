/** Lists of missing packets in loss reports (draft-sharabayko-srt, 3.2.5 and appendix A): a single one, or the first with its highest bit set and the last. */
import type { SequenceRange } from './receive-buffer.ts';

export function encodeLossReport(ranges: readonly SequenceRange[]): Buffer {
  const words = ranges.flatMap(({ first, last }) =>
    first === last ? [first] : [(first | 0x80000000) >>> 0, last],
  );
  const content = Buffer.alloc(words.length * 4);
  for (const [index, word] of words.entries()) content.writeUInt32BE(word, index * 4);
  return content;
}

/** The counterpart, for whoever plays the sender. Undefined where it ends in the middle of a range. */
export function decodeLossReport(content: Buffer): SequenceRange[] | undefined {
  const ranges: SequenceRange[] = [];
  for (let at = 0; at + 4 <= content.length; at += 4) {
    const word = content.readUInt32BE(at);
    const isRange = word >= 0x80000000;
    if (isRange && at + 8 > content.length) return undefined;
    if (isRange) at += 4;
    ranges.push({ first: word & 0x7fffffff, last: content.readUInt32BE(at) & 0x7fffffff });
  }
  return ranges;
}

/** First and last of what a sender has dropped (3.2.9); undefined where it is too short. */
export function decodeDrop(content: Buffer): SequenceRange | undefined {
  if (content.length < 8) return undefined;
  return {
    first: content.readUInt32BE(0) & 0x7fffffff,
    last: content.readUInt32BE(4) & 0x7fffffff,
  };
}
