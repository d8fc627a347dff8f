/**
 * Packages that are loaded when they are asked for, and need not be installed. The executable carries some of them, and comes in the place of this
 * module.
 */

/** Rejects with Node's error, as `import` does. */
export function importOptional(name: string): Promise<unknown> {
  return import(name);
}

/** What to do to have the package, behind what it is needed for. */
export function needsPackage(what: string, name: string): string {
  return `${what} needs a package that is not installed: npm install ${name} (beside Sluice; with -g where Sluice is)`;
}
