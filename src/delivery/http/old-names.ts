/** Figures under the names that they had before those of all verbs were one kind (ADR 355). Goes with version 0.3. */
import type { Figure } from '../../figures/figure.ts';

const oldNames: Readonly<Record<string, string>> = {
  sluice_serve_requests_total: 'sluice_requests_total',
  sluice_serve_sent_bytes_total: 'sluice_sent_bytes_total',
  sluice_serve_skips_total: 'sluice_skips_total',
  sluice_serve_refused_total: 'sluice_refused_total',
  sluice_serve_viewers: 'sluice_viewers',
  sluice_serve_held_requests: 'sluice_held_requests',
  sluice_serve_window_bytes: 'sluice_window_bytes',
  sluice_serve_part_delay_seconds: 'sluice_part_delay_seconds',
  sluice_serve_archive_cache_bytes: 'sluice_archive_cache_bytes',
  sluice_serve_records_passed_over_total: 'sluice_records_passed_over',
};

/** The same by its old name. */
export function oldNameOf<T extends { readonly name: string }>(one: T): T & { readonly help: string } {
  return { ...one, name: oldNames[one.name] ?? one.name, help: `Old name of ${one.name}` };
}

/** Those of `figures` that had another name, by that. */
export function oldNamesOf(figures: readonly Figure[]): readonly Figure[] {
  return figures.filter(({ name }) => Object.hasOwn(oldNames, name)).map((one) => oldNameOf(one));
}
