/** Names of metadata: Azure takes those of C# alone, which have no hyphen. Pure. */
import type { Metadata } from '../objects/contract.ts';

/** `sluice-digest` is `sluice_digest` there; what others wrote keeps its name. */
export function azureMetadata(metadata: Metadata): Record<string, string> {
  return renamed(metadata, (name) => name.replace(/^sluice-/, 'sluice_'));
}

/** The same back again. They go by their small letters: case means nothing in them. */
export function commonMetadata(metadata: Metadata | undefined): Metadata {
  return renamed(metadata ?? {}, (name) => name.toLowerCase().replace(/^sluice_/, 'sluice-'));
}

function renamed(metadata: Metadata, rename: (name: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata).map(([name, value]) => [rename(name), value]));
}

/** True of what stands for a folder, as accounts with a hierarchical namespace list it, and tools make it. */
export function isFolder(metadata: Metadata | undefined): boolean {
  return /^true$/i.test(commonMetadata(metadata).hdi_isfolder ?? '');
}
