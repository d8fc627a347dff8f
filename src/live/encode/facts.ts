/** How a rendition is announced, from what was planned and what its `moov` says. Pure. */
import type { RenditionFacts } from '../../records/live-record.ts';
import type { Movie } from '../mp4/movie.ts';
import type { EncodingPlan, PlannedOutput } from './plan.ts';

/** Bytes that the container adds for a chunk of picture and sound. */
const overhead = 350;

export function renditionFacts(plan: EncodingPlan, output: PlannedOutput, movie: Movie): RenditionFacts {
  const { settings, timing, targets } = plan;
  const has = (kind: 'video' | 'audio') => movie.tracks.some((track) => track.kind === kind);
  const picture = has('video') ? output.picture : 0;
  const sound = has('audio') ? output.sound : 0;
  const chunks = settings.chunks === 'frame' ? timing.rate : 1_000_000 / targets.part;
  const averageBandwidth = Math.round(picture + sound + chunks * overhead * 8);
  // The encoder's buffer holds half a second of the picture: one segment may have that much more.
  const { colours } = movie.main;
  const surplus = (picture / 2) * (1_000_000 / targets.segment);
  return {
    codecs: movie.tracks.map(({ codec }) => codec).join(','),
    width: movie.main.width,
    height: movie.main.height,
    frameRate: has('video') ? Math.round(timing.rate * 1000) : 0,
    bandwidth: Math.round(averageBandwidth * 1.05 + surplus),
    averageBandwidth,
    ...(colours === undefined ? {} : { colours }),
  };
}
