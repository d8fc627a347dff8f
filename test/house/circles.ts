/** Circles of imports: files that can only be understood, moved or loaded together. Pure. */
import { posix } from 'node:path';
import type { SourceFacts } from './source.ts';

type Graph = ReadonlyMap<string, readonly string[]>;

/** Which files import which. What is imported for its types alone counts too: who reads has to follow it all the same. */
function graphOf(files: readonly SourceFacts[]): Graph {
  const known = new Set(files.map(({ path }) => path));
  return new Map(
    files.map(({ path, imports }) => {
      const targets = imports
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => posix.join(posix.dirname(path), specifier));
      return [path, targets.filter((target) => known.has(target)).sort()];
    }),
  );
}

/** A shortest way along imports that leads from a file to itself; undefined where there is none. */
function circleFrom(start: string, graph: Graph): readonly string[] | undefined {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const path of queue) {
    for (const target of graph.get(path) ?? []) {
      if (cameFrom.has(target)) continue;
      cameFrom.set(target, path);
      queue.push(target);
      if (target === start) return wayTo(start, cameFrom);
    }
  }
  return undefined;
}

function wayTo(start: string, cameFrom: ReadonlyMap<string, string>): readonly string[] {
  const way = [start];
  for (let at = cameFrom.get(start); at !== undefined && at !== start; at = cameFrom.get(at)) way.unshift(at);
  return [start, ...way];
}

/** Circles, each named once, from the file of it that comes first: `a.ts -> b.ts -> a.ts`. */
export function importCircles(files: readonly SourceFacts[]): string[] {
  const graph = graphOf(files);
  const named = new Set<string>();
  const circles: string[] = [];
  for (const path of [...graph.keys()].sort()) {
    if (named.has(path)) continue;
    const circle = circleFrom(path, graph);
    if (circle === undefined) continue;
    for (const member of circle) named.add(member);
    circles.push(circle.join(' -> '));
  }
  return circles;
}
