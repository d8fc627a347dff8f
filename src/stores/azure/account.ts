/** Which account is meant, and who asks: as Azure's own tools read it from the environment. Pure. */
import { ConfigurationError } from '../../errors.ts';

/** The variables of the environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface AzureAccount {
  /** The URL of the account's blobs, without a slash at its end. */
  readonly endpoint: string;
  readonly name: string;
  readonly credential: AzureCredential;
}

export type AzureCredential =
  | { readonly by: 'key'; readonly key: string }
  /** A shared access signature, without a question mark. */
  | { readonly by: 'sas'; readonly token: string }
  /** Microsoft Entra: whoever this process, machine or log-in is. */
  | { readonly by: 'identity' };

/** What Azurite's documentation gives to everybody. */
const development =
  'DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;BlobEndpoint=http://127.0.0.1:10000/devstoreaccount1';

/** Throws ConfigurationError where it does not say which account, or cannot be read; never with what it says. */
export function accountOf(env: Environment): AzureAccount {
  const connection = env.AZURE_STORAGE_CONNECTION_STRING;
  if (connection) return connected(connection);
  const { AZURE_STORAGE_ACCOUNT: name = '', AZURE_STORAGE_SERVICE_ENDPOINT: endpoint } = env;
  if (name === '' && !endpoint)
    throw new ConfigurationError(
      'nothing says which storage account azblob:// means: set AZURE_STORAGE_ACCOUNT, or AZURE_STORAGE_CONNECTION_STRING',
    );
  if (name !== '' && !/^[a-z0-9]{3,24}$/.test(name))
    throw new ConfigurationError(
      'AZURE_STORAGE_ACCOUNT is no name of a storage account: 3 to 24 small letters and digits',
    );
  const isLogin = /^login$/i.test(env.AZURE_STORAGE_AUTH_MODE ?? '');
  return {
    endpoint: endpointOf(
      endpoint || `https://${name}.blob.core.windows.net`,
      'AZURE_STORAGE_SERVICE_ENDPOINT',
    ),
    name,
    credential: isLogin
      ? { by: 'identity' }
      : credentialOf(env.AZURE_STORAGE_KEY, env.AZURE_STORAGE_SAS_TOKEN),
  };
}

function connected(text: string): AzureAccount {
  const what = 'AZURE_STORAGE_CONNECTION_STRING';
  const parts = partsOf(text);
  if (/^true$/i.test(parts.get('usedevelopmentstorage') ?? '')) return connected(development);
  const name = parts.get('accountname') ?? '';
  const { key, token } = { key: parts.get('accountkey'), token: parts.get('sharedaccesssignature') };
  if (!key && !token)
    throw new ConfigurationError(`${what} has neither an AccountKey nor a SharedAccessSignature in it`);
  const protocol = parts.get('defaultendpointsprotocol') ?? 'https';
  const made = `${protocol}://${name}.blob.${parts.get('endpointsuffix') ?? 'core.windows.net'}`;
  const endpoint = parts.get('blobendpoint') ?? (name === '' ? undefined : made);
  if (endpoint === undefined || (key && name === ''))
    throw new ConfigurationError(`${what} does not say which account: AccountName, or BlobEndpoint`);
  return { endpoint: endpointOf(endpoint, what), name, credential: credentialOf(key, token) };
}

/** `Name=value;...`; a value may have equals signs, as base64 does. Names go by their small letters. */
function partsOf(text: string): ReadonlyMap<string, string> {
  const pairs = text.split(';').flatMap((part) => {
    const [, name, value] = /^\s*([^=]+)=(.*?)\s*$/s.exec(part) ?? [];
    return name === undefined || value === undefined ? [] : [[name.toLowerCase(), value] as const];
  });
  return new Map(pairs);
}

function endpointOf(text: string, what: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new ConfigurationError(
      `the endpoint of Azure Blob Storage (${what}) is no URL of a server; write https://HOST`,
    );
  if (url.username !== '' || url.password !== '' || url.search !== '')
    throw new ConfigurationError(
      `the endpoint of Azure Blob Storage (${what}) has keys in it: leave them out`,
    );
  return url.href.replace(/\/+$/, '');
}

function credentialOf(key: string | undefined, token: string | undefined): AzureCredential {
  if (key) {
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(key))
      throw new ConfigurationError('the key of the storage account is none: it is not base64');
    return { by: 'key', key };
  }
  if (token) return { by: 'sas', token: token.trim().replace(/^\?/, '') };
  return { by: 'identity' };
}
