/** The clients of stores, a text of their own within the executable: most runs need none of them, and all would keep half of the command's text for them. */
export const storeClients: Readonly<Record<string, () => Promise<unknown>>> = {
  '@aws-sdk/client-s3': () => import('@aws-sdk/client-s3'),
  '@aws-sdk/credential-provider-node': () => import('@aws-sdk/credential-provider-node'),
  '@azure/identity': () => import('@azure/identity'),
  '@azure/storage-blob': () => import('@azure/storage-blob'),
  'google-auth-library': () => import('google-auth-library'),
  'mime/lite': () => import('mime/lite'),
};
