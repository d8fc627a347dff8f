/** Faults in how a server answers. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Rendition } from '../../../src/delivery/contract.ts';
import type { Judgement } from '../../../src/delivery/hls/directives.ts';
import type { Address } from '../../../src/delivery/http/target.ts';
import { box } from '../../support/boxes.ts';
import type { FakeReply, Fault } from './fault.ts';

const now: Judgement = { type: 'now' };
const refused: Judgement = { type: 'refuse', reason: 'a fault' };

const isMedia = ({ target }: Address): boolean => ['part', 'segment', 'init'].includes(target.kind);
const isPlaylist = ({ target }: Address): boolean => ['index', 'live'].includes(target.kind);

function withHeader(name: string, value: string | undefined, when: (address: Address) => boolean) {
  return (reply: FakeReply, address: Address): FakeReply => {
    if (!when(address)) return reply;
    const { [name]: _, ...others } = reply.headers;
    return { ...reply, headers: value === undefined ? others : { ...others, [name]: value } };
  };
}

/** Parts that were refused once, of each rendition that is shown. */
const refusedOnce = new WeakMap<Rendition, Set<string>>();

function isRefused(rendition: Rendition, key: string): boolean {
  const refusals = refusedOnce.get(rendition) ?? new Set();
  refusedOnce.set(rendition, refusals);
  const isFirst = !refusals.has(key);
  refusals.add(key);
  return isFirst;
}

export const blockingFaults: readonly Fault[] = [
  {
    id: 'never-waits',
    breaks: ['waits-for-the-part', 'past-the-end'],
    judge: (truth, query) => (truth.type === 'wait' && query.has('_HLS_part') ? now : truth),
    mayBreak: ['delta-merges'],
  },
  {
    id: 'refuses-the-next',
    breaks: ['never-fails'],
    judge: (truth, query, rendition) =>
      query.get('_HLS_part') === '3' && isRefused(rendition, `${query}`) ? refused : truth,
  },
  {
    id: 'answers-for-a-part',
    breaks: ['waits-for-the-segment'],
    judge: (truth, query) => (truth.type === 'wait' && !query.has('_HLS_part') ? now : truth),
  },
  {
    id: 'ends-with-the-segment',
    breaks: ['past-the-end'],
    judge: (truth, query) => (truth.type === 'wait' && Number(query.get('_HLS_part')) >= 5 ? now : truth),
    mayBreak: ['waits-for-the-part'],
  },
  {
    id: 'waits-for-the-old',
    breaks: ['old-is-answered-at-once'],
    judge(truth, query, { edge }) {
      const isOld = truth.type === 'now' && Number(query.get('_HLS_msn') ?? edge.media) < edge.media - 4;
      if (!isOld) return truth;
      const ticks = edge.media * 5 + edge.part;
      return { type: 'wait', isReady: (state) => state.edge.media * 5 + state.edge.part > ticks + 2 };
    },
  },
  {
    id: 'part-alone',
    breaks: ['part-needs-segment'],
    judge: (truth, query) => (query.has('_HLS_msn') ? truth : now),
  },
  {
    id: 'any-segment',
    breaks: ['segment-too-far'],
    judge: (truth, query) =>
      truth.type === 'refuse' && /^\d+$/.test(query.get('_HLS_msn') ?? '') && !query.has('_HLS_part')
        ? now
        : truth,
  },
  {
    id: 'any-part',
    breaks: ['part-too-far'],
    judge: (truth, query) => (truth.type === 'refuse' && Number(query.get('_HLS_part')) > 9 ? now : truth),
  },
  {
    id: 'any-text',
    breaks: ['no-number'],
    judge: (truth, query) => (query.get('_HLS_msn') === 'x' ? now : truth),
  },
];

export const mediaFaults: readonly Fault[] = [
  {
    id: 'no-inits',
    breaks: ['inits-are-inits', 'independent-is-keyframe'],
    reply: (reply, { target }) =>
      target.kind === 'init' ? { ...reply, status: 404, body: Buffer.from('gone') } : reply,
    mayBreak: ['media-type', 'cache-of-media'],
  },
  {
    id: 'boxes-before',
    breaks: ['parts-are-fragments'],
    bytes: (bytes) => Buffer.concat([box('free', [0]), bytes]),
  },
  {
    id: 'cut-segments',
    breaks: ['parts-make-the-segment'],
    reply: (reply, { target }) =>
      target.kind === 'segment' ? { ...reply, body: reply.body.subarray(0, -1) } : reply,
  },
  { id: 'no-holding', breaks: ['hinted-is-held'], noHolding: true },
  {
    id: 'late-hints',
    breaks: ['hinted-at-full-speed'],
    async reply(reply, { target }) {
      if (target.kind === 'part') await delay(250);
      return reply;
    },
  },
  {
    id: 'found-anything',
    breaks: ['unknown-is-not-found'],
    reply: (reply, { target }) =>
      target.kind === 'part' && reply.status === 404 ? { ...reply, status: 200 } : reply,
    mayBreak: ['hinted-is-held'],
  },
  {
    id: 'forgets-at-once',
    breaks: ['dropped-parts-stay'],
    reply(reply, { target }, stream) {
      if (target.kind !== 'part') return reply;
      const { segments } = stream.rendition(target.rendition)!;
      const isNew = segments
        .slice(-5)
        .some(
          ({ epoch, parts }) =>
            epoch === target.epoch && parts.some(({ ordinal }) => ordinal === target.ordinal),
        );
      return isNew ? reply : { ...reply, status: 404 };
    },
  },
];

export const transportFaults: readonly Fault[] = [
  { id: 'text', breaks: ['playlist-type'], reply: withHeader('content-type', 'text/plain', isPlaylist) },
  {
    id: 'bytes',
    breaks: ['media-type'],
    reply: withHeader('content-type', 'application/octet-stream', isMedia),
  },
  {
    id: 'own-origin',
    breaks: ['cross-origin'],
    reply: withHeader('access-control-allow-origin', undefined, () => true),
  },
  { id: 'plain', breaks: ['gzip'], noGzip: true },
  {
    id: 'blocked-for-ever',
    breaks: ['cache-of-blocked'],
    reply: withHeader('cache-control', 'max-age=3600', ({ playlist }) => playlist.blocks),
  },
  {
    id: 'bare-for-long',
    breaks: ['cache-of-bare'],
    reply: withHeader(
      'cache-control',
      'max-age=10',
      ({ playlist, target }) => target.kind === 'live' && !playlist.blocks,
    ),
  },
  {
    id: 'brief-media',
    breaks: ['cache-of-media'],
    reply: withHeader('cache-control', 'max-age=2', isMedia),
  },
  { id: 'aged', breaks: ['age'], reply: withHeader('age', '500', isPlaylist) },
  {
    id: 'slow',
    breaks: ['parts-in-time'],
    async reply(reply, { target, playlist }) {
      if (target.kind === 'live' && playlist.blocks) await delay(300);
      return reply;
    },
    mayBreak: ['segments-in-time', 'old-is-answered-at-once'],
  },
];
