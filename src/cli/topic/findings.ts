/** What differs from a plan, as the doctor tells what it finds. Pure. */
import type { Difference } from '../../plan/check.ts';
import type { Finding } from '../doctor/finding.ts';

export function findingsOf(differences: readonly Difference[]): Finding[] {
  const topics = [...new Set(differences.map(({ topic }) => topic))];
  return topics.flatMap((topic) => {
    const own = differences.filter((one) => one.topic === topic);
    const others = own.filter(({ is }) => is !== 'same');
    if (others.length === 0) {
      return [{ check: topic, status: 'ok' as const, message: `${own.length} settings are as planned` }];
    }
    return others.map(findingOf);
  });
}

function findingOf({ topic, what, is, found, planned, why, remedy }: Difference): Finding {
  const message =
    what === 'topic' ? `${topic} does not exist` : `${what} is ${found}, planned is ${planned}. ${why}`;
  const finding = { check: topic, status: is === 'loses' ? 'problem' : 'warning', message } as const;
  return remedy === undefined ? finding : { ...finding, remedy };
}
