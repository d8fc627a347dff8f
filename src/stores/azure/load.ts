/** Azure's libraries, loaded when a place there is opened: nobody else needs them. */
import { ConfigurationError } from '../../errors.ts';
import { importOptional, needsPackage } from '../../optional-package.ts';

export type AzureSdk = typeof import('@azure/storage-blob');
type AzureIdentity = typeof import('@azure/identity');

const blobPackage = '@azure/storage-blob';
const identityPackage = '@azure/identity';

/** Throws ConfigurationError, with the command that installs it, when it is not there. */
export function loadAzureSdk(name: string = blobPackage): Promise<AzureSdk> {
  return load(name, needsPackage('azblob://', blobPackage));
}

/** What finds credentials of Microsoft Entra: needed by whoever has neither a key nor a SAS token. */
export function loadAzureIdentity(name: string = identityPackage): Promise<AzureIdentity> {
  return load(name, needsPackage('without a key or a SAS token, azblob://', identityPackage));
}

async function load<T>(name: string, missing: string): Promise<T> {
  try {
    return (await importOptional(name)) as T;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new ConfigurationError(missing, { cause });
  }
}
