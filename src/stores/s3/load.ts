/** AWS's client, loaded when a place in S3 is opened: nobody else needs it. */
import { ConfigurationError } from '../../errors.ts';
import { importOptional, needsPackage } from '../../optional-package.ts';

export type S3Sdk = typeof import('@aws-sdk/client-s3');

const clientPackage = '@aws-sdk/client-s3';

/** Throws ConfigurationError, with the command that installs it, when it is not there. */
export async function loadS3Sdk(name: string = clientPackage): Promise<S3Sdk> {
  try {
    return (await importOptional(name)) as S3Sdk;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new ConfigurationError(needsPackage('s3://', clientPackage), { cause });
  }
}
