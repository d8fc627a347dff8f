/** Where a symbolic link leads, by what it says alone. Pure. */

/**
 * True where a link at a path of a tree leads out of the tree, or may: by an absolute target, by more steps up than it stands deep, or by steps
 * up behind a name, which may be a link's itself. What is left leads to within the tree, whatever other such links stand on its way.
 */
export function leadsOut(path: string, target: string): boolean {
  if (target.startsWith('/') || target.includes('\\') || /^[A-Za-z]:/.test(target)) return true;
  let depth = path.split('/').length - 1;
  let isDown = false;
  for (const segment of target.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') isDown = true;
    else if (isDown || --depth < 0) return true;
  }
  return false;
}
