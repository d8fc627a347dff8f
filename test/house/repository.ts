/** The files that git tracks (or would), and what they must not hold or miss. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';

export interface TextFile {
  /** Relative to the repository's folder, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** All files of the repository, new ones included, ignored ones left out. What is no text (a picture) has none. */
export function readRepository(folder: string): readonly TextFile[] {
  const args = ['-C', folder, 'ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const paths = execFileSync('git', args, { encoding: 'utf8' }).split('\0');
  return paths
    .filter((path) => path !== '' && existsSync(join(folder, path)) && statSync(join(folder, path)).isFile())
    .map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') }))
    .map(({ path, text }) => ({ path, text: text.includes('\0') ? '' : text }));
}

/** Package registries are the business of each client's own configuration. In parts, so that this file may stand here. */
const registries = [
  ['registry.npmjs', 'org'],
  ['registry.yarnpkg', 'com'],
  ['repo.maven.apache', 'org'],
  ['repo1.maven', 'org'],
  ['deb.debian', 'org'],
  ['files.pythonhosted', 'org'],
  ['static.crates', 'io'],
  ['proxy.golang', 'org'],
].map((parts) => parts.join('.'));

/** Folders of one machine, as the beginning of an absolute path. */
const machinePath = /(?<![\w.~$})\]/-])\/(?:work|root|tmp)\/(?=\w)/;

/** Places that exist on one machine or for one user only. */
export function machineTraces(files: readonly TextFile[]): string[] {
  return files.flatMap(({ path, text }) => {
    const offences = registries.filter((host) => text.includes(host)).map((host) => `${path} names ${host}`);
    const line = text.split('\n').findIndex((content) => machinePath.test(content));
    return line === -1 ? offences : [...offences, `${path}:${line + 1} holds a path of one machine`];
  });
}

interface Link {
  readonly from: string;
  readonly to: string;
  readonly anchor: string;
}

/** The links of Markdown text to places in the repository; code is left out. */
function linksOf({ path, text }: TextFile): Link[] {
  const prose = text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`(?!\])/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [file = '', anchor = ''] = target.split('#');
      return { from: path, to: file === '' ? path : posix.join(posix.dirname(path), file), anchor };
    });
}

/** The names by which headings can be linked to, as GitHub makes them. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#{1,6} +(.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );
}

const documents = (files: readonly TextFile[]): readonly TextFile[] =>
  files.filter(({ path }) => path.endsWith('.md'));

/** Links in documents that lead nowhere. */
export function brokenLinks(files: readonly TextFile[]): string[] {
  const folders = new Set(
    files.flatMap(({ path }) => path.split('/').map((_, i, all) => all.slice(0, i).join('/'))),
  );
  return documents(files)
    .flatMap(linksOf)
    .filter(({ to, anchor }) => {
      const target = files.find(({ path }) => path === to);
      if (target === undefined) return !folders.has(to.replace(/\/$/, ''));
      return anchor !== '' && to.endsWith('.md') && !anchorsOf(target.text).includes(anchor);
    })
    .map(({ from, to, anchor }) => `${from} links to ${to}${anchor ? `#${anchor}` : ''}, which is not there`);
}

/** Pages under `docs/` that nobody who begins at README.md can find. A linked folder shows what is in it. */
export function lostPages(files: readonly TextFile[]): string[] {
  const seen = new Set<string>();
  const queue = ['README.md'];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    const file = files.find((candidate) => candidate.path === path);
    if (file === undefined)
      queue.push(
        ...documents(files)
          .map((page) => page.path)
          .filter((page) => posix.dirname(page) === path),
      );
    else if (path.endsWith('.md')) queue.push(...linksOf(file).map(({ to }) => to.replace(/\/$/, '')));
  }
  return documents(files)
    .map(({ path }) => path)
    .filter((path) => path.startsWith('docs/') && !seen.has(path))
    .map((path) => `${path} is linked from nowhere`);
}
