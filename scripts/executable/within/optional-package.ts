/** In the place of src/optional-package.ts: what the executable carries of packages that need not be installed; it can load no others. */
import { getAsset } from 'node:sea';
import { compileFunction } from 'node:vm';
import { loadAddon } from './addon.ts';

type Clients = typeof import('./store-clients.ts').storeClients;

let known: Clients | undefined;

function storeClients(): Clients {
  if (known !== undefined) return known;
  const module: { exports: { readonly storeClients: Clients } } = { exports: { storeClients: {} } };
  const text = getAsset('store-clients', 'utf8');
  const run = compileFunction(text, ['module', 'exports', 'require'], { filename: 'store-clients' });
  run(module, module.exports, nodesOwn);
  known = module.exports.storeClients;
  return known;
}

/** What lies about beside the executable is none of its. */
function nodesOwn(name: string): unknown {
  const found = process.getBuiltinModule(name);
  if (found !== undefined) return found;
  throw Object.assign(new Error(`${name} is not within this executable`), { code: 'MODULE_NOT_FOUND' });
}

/** Rejects as Node's `import` does. */
export async function importOptional(name: string): Promise<unknown> {
  const loaded = name === '@napi-rs/xattr' ? loadAddon(name) : await storeClients()[name]?.();
  if (loaded !== undefined) return loaded;
  throw Object.assign(new Error(`${name} is not within this executable`), { code: 'ERR_MODULE_NOT_FOUND' });
}

/** What to do to have the package, behind what it is needed for. */
export function needsPackage(what: string, name: string): string {
  return `${what} needs a package that is not within this executable, or could not be loaded: install Sluice by npm instead (npm install -g sluice ${name})`;
}
