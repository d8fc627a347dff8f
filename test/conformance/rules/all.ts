/** All rules, in the order of the report. */
import { blockingRules } from './blocking.ts';
import { deltaRules } from './delta.ts';
import { mediaRules } from './media.ts';
import { multivariantRules } from './multivariant.ts';
import { playlistRules } from './playlist.ts';
import type { Rule } from './rule.ts';
import { timeRules } from './time.ts';
import { transportRules } from './transport.ts';

export const allRules: readonly Rule[] = [
  ...multivariantRules,
  ...playlistRules,
  ...timeRules,
  ...blockingRules,
  ...deltaRules,
  ...mediaRules,
  ...transportRules,
];
