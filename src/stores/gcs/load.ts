/** Google's library of credentials, loaded when a place in Google Cloud Storage is opened with some: nobody else needs it. */
import { ConfigurationError } from '../../errors.ts';
import { importOptional, needsPackage } from '../../optional-package.ts';

export type GoogleAuthLibrary = Pick<typeof import('google-auth-library'), 'GoogleAuth'>;

const libraryPackage = 'google-auth-library';

/** Throws ConfigurationError, with the command that installs it, when it is not there. */
export async function loadGoogleAuth(name: string = libraryPackage): Promise<GoogleAuthLibrary> {
  try {
    return (await importOptional(name)) as GoogleAuthLibrary;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new ConfigurationError(needsPackage('gs://', libraryPackage), { cause });
  }
}
