/** What is remembered of a file, as a run is to see it. Pure. */
import { type FileState, standingOf } from '../../records/state-record.ts';

/** What was sent to another topic than `topicId`, or is to be sent anew (up to the version `resend`), is told as given up. */
export function seenState(state: FileState, topicId: string | undefined, resend: string): FileState {
  const isElsewhere = topicId !== undefined && state.topic !== topicId;
  if (!isElsewhere && state.upload > resend) return state;
  return state.state === 'sending' && isElsewhere ? givenUp(state) : sentAnew(state);
}

/** As it is remembered of a file that is to be sent again, though it was: its id stays known, and readers find what they have. */
export function sentAnew(state: FileState): FileState {
  // Given up by a record, since downloaders hold what came of it.
  return state.state === 'sending' ? notGoneOnWith(state) : givenUp(state);
}

function givenUp(state: FileState): FileState {
  return { ...state, state: 'aborted', ...standingOf(state) };
}

/** Half sent, and not gone on with: without the checksum of its chunks nobody can, and nobody is marked so. */
export function notGoneOnWith({ checksum: _, sealed, ...others }: FileState): FileState {
  return sealed === undefined ? others : { ...others, sealed: `sha256:${'0'.repeat(16)}` };
}
