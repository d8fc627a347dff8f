/** Connections of RTMP: whatever comes behind what is right, it does no harm, and what was right is taken as it was. */
import { FormatError } from '../../../src/errors.ts';
import { RtmpSession, type SessionEvent } from '../../../src/live/ingest/rtmp/session.ts';
import { inPieces } from '../../support/rtmp.ts';
import { mostMemory, type Target } from '../target.ts';
import { type HostileConnection, healthyPayload, healthyTags, hostileConnection } from './hostile.ts';

const caseSize = 100;
/** What a connection may hold of messages that have not ended. */
const mostHeld = 12 * 1024 * 1024;

type Session = Pick<RtmpSession, 'push' | 'admit' | 'held'>;

/** What came of a connection, but for what is random or hangs on the pieces. */
interface Outcome {
  readonly media: Buffer;
  readonly told: readonly string[];
}

/** `open`: to see that faults of a session are found. */
export async function openRtmp(open = (): Session => new RtmpSession()): Promise<Target<HostileConnection>> {
  return {
    name: 'rtmp',
    unit: 'connections',
    short: 500,
    limit: 60_000,
    memory: mostMemory,
    make: (random) => Array.from({ length: caseSize }, () => hostileConnection(random)),
    count: (items) => items.length,
    judge: async (items) => items.flatMap((item) => faultsIn(item, open)),
    close: async () => {},
  };
}

function faultsIn({ healthy, hostile, cuts }: HostileConnection, open: () => Session): string[] {
  const faults: string[] = [];
  const bytes = Buffer.concat([healthy, hostile]);
  const whole = play(open(), [bytes], faults);
  const pieces = play(open(), inPieces(bytes, cuts), faults);
  if (!whole.media.equals(pieces.media)) faults.push('in other pieces other media come of it');
  if (whole.told.join() !== pieces.told.join())
    faults.push(`in one piece it is ${whole.told.join()}, in others ${pieces.told.join()}`);
  for (let index = 0; index < healthyTags; index += 1)
    if (!whole.media.includes(healthyPayload(index)))
      faults.push(`the healthy picture ${index} has not come`);
  if (whole.media.length > 2 * bytes.length + 1000) faults.push('more media come of it than it has bytes');
  return faults;
}

function play(session: Session, pieces: readonly Buffer[], faults: string[]): Outcome {
  const media: Buffer[] = [];
  const told: string[] = [];
  const take = (event: SessionEvent): void => {
    if (event.type === 'media') media.push(event.bytes);
    else if (event.type === 'publish') {
      told.push(`publish ${event.named.stream}`);
      session.admit();
    } else if (event.type !== 'answer') told.push(event.type);
  };
  try {
    for (const piece of pieces) for (const event of session.push(piece)) take(event);
  } catch (error) {
    told.push('refused');
    if (!(error instanceof FormatError)) faults.push(`it is refused by ${String(error)}`);
  }
  if (session.held > mostHeld) faults.push(`${session.held} bytes are held`);
  return { media: Buffer.concat(media), told };
}
