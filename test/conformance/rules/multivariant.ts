/** Rules of the multivariant playlist. */
import HLS from 'hls-parser';
import { different, type Rule } from './rule.ts';

export const multivariantRules: readonly Rule[] = [
  {
    id: 'multivariant-syntax',
    says: 'The multivariant playlist has nothing but tags, attributes and URIs of their form',
    source: '4.1, 4.2, 4.4.6',
    judge: ({ announced }) => announced.complaints,
  },
  {
    id: 'multivariant-parsed',
    says: 'hls-parser reads as many variants from it',
    source: 'cross-check',
    judge({ multivariant, announced }) {
      const parsed = HLS.parse(multivariant.body.toString());
      if (!('variants' in parsed)) return ['it is not taken for a multivariant playlist'];
      const count = parsed.variants.length;
      return count === announced.variants.length ? [] : [`${count} variants`];
    },
  },
  {
    id: 'codecs',
    says: 'Every variant says its CODECS',
    source: '4.4.6.2',
    judge: ({ announced }) =>
      announced.variants
        .filter(({ attributes }) => !/^[^,\s]+(?:,[^,\s]+)*$/.test(attributes.get('CODECS') ?? ''))
        .map(({ uri }) => uri),
  },
  {
    id: 'bandwidth',
    says: 'Every variant says its BANDWIDTH and its AVERAGE-BANDWIDTH, which is not more',
    source: '4.4.6.2, Apple 9.x',
    judge: ({ announced }) =>
      announced.variants
        .filter(({ attributes }) => {
          const average = Number(attributes.get('AVERAGE-BANDWIDTH') ?? Number.NaN);
          return !(average > 0 && average <= Number(attributes.get('BANDWIDTH')));
        })
        .map(({ uri }) => uri),
  },
  {
    id: 'resolution',
    says: 'Every variant with a picture says its RESOLUTION and FRAME-RATE',
    source: '4.4.6.2',
    judge: ({ announced }) =>
      announced.variants
        .filter(({ attributes }) => /avc|hvc|hev|av01|vp09/.test(attributes.get('CODECS') ?? 'avc'))
        .filter(
          ({ attributes }) => !attributes.has('RESOLUTION') || !(Number(attributes.get('FRAME-RATE')) > 0),
        )
        .map(({ uri }) => uri),
  },
  {
    id: 'equal-target-durations',
    says: 'All renditions have the same TARGETDURATION',
    source: '6.2.4, Apple',
    judge({ renditions }) {
      const seen = different(renditions.map(({ observed }) => observed.at(-1)?.playlist.targetDuration));
      return seen.length === 1 ? [] : [seen.join(' and ')];
    },
  },
  {
    id: 'equal-server-control',
    says: 'SERVER-CONTROL and PART-INF are the same in all renditions',
    source: '4.4.3.8, Apple',
    judge({ renditions }) {
      const seen = different(
        renditions.map(({ observed }) => {
          const last = observed.at(-1)?.playlist;
          return JSON.stringify([[...(last?.control ?? [])].sort(), last?.partTarget]);
        }),
      );
      return seen.length === 1 ? [] : seen;
    },
  },
];
