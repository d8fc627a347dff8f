/** What the options of a console come to, and whether they go together. Pure. */
import { ConfigurationError } from '../errors.ts';
import { uploaderFault } from '../records/path.ts';
import type { AccessOptions, Way } from './http/access/access.ts';
import { isLoopback } from './http/access/origin.ts';
import { type ConsoleRoutesOptions, type ConsoleRoutesSettings, consoleDefaults } from './options.ts';

/** Throws ConfigurationError for what cannot be. */
export function consoleSettings<O extends ConsoleRoutesOptions>(options: O): O & ConsoleRoutesSettings {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const settings = { ...consoleDefaults, ...given } as unknown as O & ConsoleRoutesSettings;
  const { uploader, url, oidcIssuer, oidcClientId } = settings;
  const fault = uploaderFault(uploader);
  if (fault !== undefined) throw new ConfigurationError(`--uploader "${uploader}" cannot be used: ${fault}`);
  if ((oidcIssuer === undefined) !== (oidcClientId === undefined))
    throw new ConfigurationError('--oidc-issuer and --oidc-client-id belong together: give both, or none');
  for (const [flag, address] of Object.entries({ '--url': url, '--oidc-issuer': oidcIssuer })) {
    if (address !== undefined && !(URL.canParse(address) && /^https?:$/.test(new URL(address).protocol)))
      throw new ConfigurationError(`${flag} "${address}" is no address of the web: write https://NAME`);
  }
  return url === undefined ? settings : { ...settings, url: url.replace(/\/+$/, '') };
}

/** How people can say who they are, and what may be done without. Throws ConfigurationError where anybody could come. */
export function accessOf(
  { consoleKey: key, oidcIssuer, openRole }: ConsoleRoutesSettings,
  host: string,
): AccessOptions {
  const ways: Way[] = [];
  if (key !== undefined) ways.push('token');
  if (oidcIssuer !== undefined) ways.push('oidc');
  if (ways.length > 0) return { key, ways };
  if (isLoopback(host)) return { openRole, ways };
  throw new ConfigurationError(
    `on ${host} others can reach the console: say who may by --console-key FILE (sluice console token makes tokens) or --oidc-issuer, or listen on 127.0.0.1`,
  );
}
