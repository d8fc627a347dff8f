/** Whether the system lets this process open enough: with less, modules cannot be loaded, or a connection takes what a file needs. PURE. */

/** Of everything that works: Node takes some 20, each broker two. */
const fewest = 64;
/** Of what only prints. */
const fewestToPrint = 32;

/** What keeps a command line from being run, and what to do; undefined when nothing does. `limit` undefined: not known. */
export function openFilesFault(limit: number | undefined, args: readonly string[]): string | undefined {
  const prints = args.length === 0 || args.some((arg) => ['--help', '-h', '--version'].includes(arg));
  const needed = prints ? fewestToPrint : fewest;
  if (limit === undefined || limit >= needed) return undefined;
  return `this process may have ${limit === 0 ? 'too few' : limit} files open at once, and needs ${needed} at least: raise the limit (ulimit -n 1024, LimitNOFILE= of systemd)`;
}
