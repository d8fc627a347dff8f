/** A container of Azure Blob Storage, as users write it. Pure. */
import type { ObjectsPlace } from '../objects/contract.ts';

export interface AzurePlace extends ObjectsPlace {
  readonly store: 'azure';
  readonly container: string;
}

export const azureForm = 'azblob://CONTAINER/PREFIX';

/** Small letters, digits and single hyphens; or one of Azure's own. */
const containerName = /^(?:\$(?:root|web|logs|blobchangefeed)|(?=.{3,63}$)[a-z0-9]+(?:-[a-z0-9]+)*)$/;

/** What stands behind `azblob://`, or what is wrong with it. Names of blobs are taken as they are: in one, `%`, `?` and `#` mean nothing. */
export function readAzure(rest: string): AzurePlace | string {
  const [, container = '', prefix = ''] = /^([^/]*)\/?(.*)$/s.exec(rest) ?? [];
  if (/[@?]/.test(container) || /[?&]sig=/i.test(prefix))
    return `has an account or a key in it; they come from Azure's environment (AZURE_STORAGE_ACCOUNT): write ${azureForm}`;
  if (!containerName.test(container)) return `names no container; write ${azureForm}`;
  const folder = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
  const url = `azblob://${container}/${folder}`.replace(/\/$/, '');
  return { store: 'azure', container, prefix: folder, url };
}
