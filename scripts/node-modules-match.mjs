/**
 * Exit code 0 when node_modules holds what package-lock.json says, 1 when not. Plain JavaScript, for it runs on the
 * machine's own Node before anything has been installed. npm keeps its own account of what it installed in
 * node_modules/.package-lock.json.
 */
import { readFileSync } from 'node:fs';

/** @returns {Record<string, { version?: string, integrity?: string, optional?: boolean }>} */
function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')).packages ?? {};
  } catch {
    return {};
  }
}

const wanted = packagesOf('../package-lock.json');
const installed = packagesOf('../node_modules/.package-lock.json');
const wrong = Object.entries(wanted).filter(([path, { version, integrity, optional }]) => {
  if (path === '') return false;
  const found = installed[path];
  // Packages for other systems stand in the lock file and nowhere else.
  if (found === undefined) return optional !== true;
  return found.version !== version || found.integrity !== integrity;
});
process.exitCode = wrong.length === 0 ? 0 : 1;
