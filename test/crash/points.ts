/** Which process comes to which crash points. */
import { type CrashPoint, crashPoints } from '../../src/crash-points.ts';
import type { Who } from './plan.ts';

const uploading = new Set([
  'topic',
  'state-topic',
  'lease',
  'state',
  'chunk',
  'close',
  'pack',
  'abort',
  'produce',
]);

export function pointsOf(who: Who): CrashPoint[] {
  return crashPoints.filter((point) => uploading.has(point.split(':')[0]!) === (who === 'uploader'));
}
