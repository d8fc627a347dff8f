/** PromQL, as Prometheus' own grammar reads it. */
import { parser } from '@prometheus-io/lezer-promql';

/** A series that an expression names. */
export interface Selector {
  readonly metric: string;
  /** Labels that it asks for, with the values that it names; without any for what is no list of words. */
  readonly matchers: readonly (readonly [label: string, values: readonly string[]])[];
  /** Functions around it, the innermost first. */
  readonly within: readonly string[];
}

export interface Expression {
  readonly selectors: readonly Selector[];
  /** Labels that it groups or joins by. */
  readonly grouped: readonly string[];
}

/** Throws SyntaxError for what is no PromQL. */
export function readPromql(text: string): Expression {
  const selectors: Selector[] = [];
  const grouped: string[] = [];
  parser.parse(text).iterate({
    enter({ name, type, node, from, to }) {
      const told = text.slice(from, to);
      if (type.isError) throw new SyntaxError(`at ${from}: ${text}`);
      if (name === 'LabelName' && node.parent?.name === 'GroupingLabels') grouped.push(told);
      if (name !== 'VectorSelector') return;
      const within: string[] = [];
      for (let above = node.parent; above !== null; above = above.parent)
        if (above.name === 'FunctionCall') within.push(text.slice(above.from, above.to).split('(')[0] ?? '');
      const matchers = [...told.matchAll(/(\w+)(=~|!~|!=|=)"([^"]*)"/g)].map(
        ([, label = '', , words = '']) => [label, /^[\w|-]+$/.test(words) ? words.split('|') : []] as const,
      );
      selectors.push({ metric: told.split('{')[0] ?? '', matchers, within });
    },
  });
  return { selectors, grouped };
}
