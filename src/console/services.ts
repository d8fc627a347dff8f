/** What the routes of the console are made of, on a real cluster. */
import { catFrom } from '../files/cat.ts';
import { forgetState } from '../files/change-state.ts';
import { uploadOnce } from '../files/upload.ts';
import { createKafka } from '../kafka/client.ts';
import type { Kafka } from '../kafka/contract.ts';
import { addKey, listKeys, removeKeys } from '../live/ingest/keys/manage-keys.ts';
import { type Logger, silentLogger } from '../log.ts';
import { senderKeyId } from '../records/sender-key.ts';
import { version } from '../version.ts';
import type { ConsoleModel } from './contract.ts';
import { Access } from './http/access/access.ts';
import type { Actions } from './http/actions.ts';
import type { FileBytes } from './http/files/routes.ts';
import type { ConsoleServices } from './http/mount.ts';
import { createConsoleModel } from './model/model.ts';
import type { ConsoleRoutesSettings } from './options.ts';
import { accessOf } from './settings.ts';

/** Milliseconds that somebody who has a thing done waits for a cluster that is away. */
const actionWaits = 20_000;

/** Bytes that one who fetches has in memory here. */
const fetchBuffer = { bufferBytes: 4 * 1024 * 1024, aheadBytes: 8 * 1024 * 1024 };

/** Services, and what ends them. */
export interface OpenServices {
  readonly services: ConsoleServices;
  close(): Promise<void>;
}

export interface ServicesPlace {
  readonly host: string;
  readonly hasTls: boolean;
  /** Another one than that of the cluster, for tests. */
  readonly model?: ConsoleModel | undefined;
}

/** Rejects with ConfigurationError for options that cannot be. */
export async function openServices(
  settings: ConsoleRoutesSettings,
  { host, hasTls, model: given }: ServicesPlace,
): Promise<OpenServices> {
  const { kafka: properties, topic, liveTopic, url, logger = silentLogger } = settings;
  const access = new Access(accessOf(settings, host));
  const login = await loginOf(settings);
  const kafka = createKafka({ properties, clientId: 'sluice-console', logger });
  const closing: (() => Promise<void>)[] = [() => kafka.close()];
  const close = async (): Promise<void> => {
    for (const one of closing.splice(0).reverse()) await one();
  };
  try {
    const model =
      given ??
      (await createConsoleModel({ ...modelOptions(settings), kafka: properties, topic, liveTopic, logger }));
    closing.push(() => model.close());
    const uploads = await uploadsOf(settings, logger);
    if (uploads !== undefined) closing.push(() => uploads.close());
    const services = {
      model,
      access,
      login,
      uploads,
      bytes: bytesOf(kafka, topic),
      actions: actionsOf(settings, logger),
      version,
      host,
      url,
      isSecure: url === undefined ? hasTls : new URL(url).protocol === 'https:',
      logger,
    };
    return { services, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function modelOptions({ watchUrl, replicationFactor }: ConsoleRoutesSettings) {
  return {
    // Where nothing else is said, as those that they stand beside.
    ...(replicationFactor === -1 ? {} : { replicationFactor }),
    ...(watchUrl === undefined ? {} : { watchUrl }),
  };
}

/** Loaded where somebody comes by it. */
async function loginOf(settings: ConsoleRoutesSettings) {
  const {
    oidcIssuer: issuer,
    oidcClientId: clientId,
    oidcClientSecret,
    oidcRoleClaim,
    oidcRole = {},
    oidcSession: session,
  } = settings;
  if (issuer === undefined || clientId === undefined) return undefined;
  const { OidcLogin } = await import('./http/access/oidc.ts');
  const more = { clientSecret: oidcClientSecret, roleClaim: oidcRoleClaim, roles: oidcRole, session };
  return new OidcLogin({ issuer, clientId, ...more });
}

async function uploadsOf(settings: ConsoleRoutesSettings, logger: Logger) {
  const {
    spoolFolder: spool,
    uploader,
    maxUpload,
    uploadExpires,
    kafka,
    topic,
    replicationFactor,
  } = settings;
  if (spool === undefined) return undefined;
  const { Uploads } = await import('./http/uploads/uploads.ts');
  return Uploads.open({
    spool,
    uploader,
    maxUpload,
    uploadExpires,
    logger,
    send: (options) => uploadOnce({ ...options, kafka, topic, replicationFactor, logger }),
  });
}

function bytesOf(kafka: Kafka, topic: string): FileBytes {
  return (file, upload, signal) => catFrom(kafka, { kafka: {}, file, topic, upload, signal }, fetchBuffer);
}

function actionsOf(
  { kafka, topic, liveTopic, replicationFactor }: ConsoleRoutesSettings,
  logger: Logger,
): Actions {
  const common = { kafka, logger, giveUpAfter: actionWaits };
  const ofKeys = { ...common, topic: liveTopic };
  return {
    resend: async (uploader, path) => void (await forgetState({ ...common, topic, uploader, path })),
    keys: async () =>
      (await listKeys(ofKeys)).map(({ digest, ...key }) => ({ id: senderKeyId(digest), ...key })),
    addKey: async (wish) => {
      const { key, id, streams, name, created, expires } = await addKey({
        ...ofKeys,
        ...wish,
        replicationFactor,
      });
      return { id, key, streams, name, created, ...(expires === undefined ? {} : { expires }) };
    },
    removeKey: async (id) => (await removeKeys({ ...ofKeys, id })).length,
  };
}
