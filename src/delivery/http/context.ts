/** What the routes below `/live/` are made of. */
import type { Logger } from '../../log.ts';
import type { Streams } from '../contract.ts';
import type { Channels } from './channels.ts';
import type { DeliveryMetrics } from './metrics.ts';
import type { Misses } from './misses.ts';
import type { Replies } from './replies.ts';
import type { Snapshots } from './snapshot.ts';
import type { Texts } from './texts.ts';
import type { Gate } from './tokens.ts';

export interface RouteContext {
  readonly streams: Streams;
  readonly channels: Channels;
  readonly texts: Texts;
  readonly replies: Replies;
  readonly metrics: DeliveryMetrics;
  readonly gate: Gate;
  readonly snapshots: Snapshots;
  readonly misses: Misses;
  readonly logger: Logger;
  /** Why this server cannot show anything just now; undefined: it can. */
  readonly away: () => string | undefined;
}
