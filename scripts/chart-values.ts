/** `node scripts/chart-values.ts`: writes the table of values into the chart's README, from the comments of values.yaml. */
import { readFile, writeFile } from 'node:fs/promises';
import { isMap, isScalar, parseDocument, type YAMLMap } from 'yaml';

const folder = new URL('../deploy/helm/sluice/', import.meta.url);
const begin = '<!-- values -->';
const end = '<!-- end of values -->';

/** A row for each value that has a comment beginning with `--`, and the paths of those that have none. Pure. */
export function tableOf(text: string): { readonly table: string; readonly untold: readonly string[] } {
  const rows: string[] = ['| value | default | |', '|---|---|---|'];
  const untold: string[] = [];
  const walk = (map: YAMLMap, path: string): void => {
    for (const [index, { key, value }] of map.items.entries()) {
      if (!isScalar(key)) throw new Error(`${path} has a key that is none`);
      const name = path === '' ? String(key.value) : `${path}.${key.value}`;
      // The comment of the first key of a map stands at the map.
      const comment = key.commentBefore ?? (index === 0 ? map.commentBefore : undefined) ?? '';
      const told = /^ ?-- (.+)$/m.exec(comment.split('\n').at(-1) ?? '')?.[1];
      if (told !== undefined) {
        const fallback = JSON.stringify((value as { toJSON(): unknown } | null)?.toJSON() ?? null);
        rows.push(`| \`${name}\` | \`${fallback}\` | ${told.replaceAll('|', '\\|')} |`);
      } else if (isMap(value) && value.items.length > 0) walk(value, name);
      else untold.push(name);
    }
  };
  walk(parseDocument(text).contents as YAMLMap, '');
  return { table: rows.join('\n'), untold };
}

/** A page with that table between its marks. Pure. */
export function withTable(page: string, table: string): string {
  const [before = '', rest = ''] = page.split(begin);
  const [, after = ''] = rest.split(end);
  return `${before}${begin}\n\n${table}\n\n${end}${after}`;
}

if (import.meta.main) {
  const read = (name: string) => readFile(new URL(name, folder), 'utf8');
  const { table } = tableOf(await read('values.yaml'));
  await writeFile(new URL('README.md', folder), withTable(await read('README.md'), table));
}
