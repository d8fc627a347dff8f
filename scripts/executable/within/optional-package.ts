/** In the place of src/optional-package.ts: what the executable carries of packages that need not be installed; it can load no others. */
import { loadAddon } from './addon.ts';

const carried: Readonly<Record<string, () => unknown>> = {
  '@aws-sdk/client-s3': () => import('@aws-sdk/client-s3'),
  '@aws-sdk/credential-provider-node': () => import('@aws-sdk/credential-provider-node'),
  '@azure/identity': () => import('@azure/identity'),
  '@azure/storage-blob': () => import('@azure/storage-blob'),
  'google-auth-library': () => import('google-auth-library'),
  'mime/lite': () => import('mime/lite'),
  '@napi-rs/xattr': () => loadAddon('@napi-rs/xattr'),
};

/** Rejects as Node's `import` does. */
export async function importOptional(name: string): Promise<unknown> {
  const loaded = await carried[name]?.();
  if (loaded !== undefined) return loaded;
  throw Object.assign(new Error(`${name} is not within this executable`), { code: 'ERR_MODULE_NOT_FOUND' });
}

/** What to do to have the package, behind what it is needed for. */
export function needsPackage(what: string, name: string): string {
  return `${what} needs a package that is not within this executable, or could not be loaded: install Sluice by npm instead (npm install -g sluice ${name})`;
}
