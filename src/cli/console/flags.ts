/** The flags of `sluice console`, by the headings of its help; some of `sluice serve --console` too. */
import { z } from 'zod';
import { type Role, roles } from '../../console/contract.ts';
import { consoleDefaults as usual } from '../../console/options.ts';
import { figuresFlags } from '../figures-flags.ts';
import { optional, portOf, timed, valued } from '../flags.ts';
import { choice, count, path, size, text, topicName } from '../values.ts';
import { consoleKeyFlag } from './console-key.ts';

/** Values of a claim and the roles that they give: `ops=administer`. */
const namedRoles = z.array(text).transform((written, context) => {
  const given: Record<string, Role> = {};
  for (const [index, one] of written.entries()) {
    const [, value, word] = /^(.+)=([a-z]+)$/.exec(one.trim()) ?? [];
    const role = roles.find((name) => name === word);
    if (value === undefined || role === undefined) {
      const message = `is not VALUE=ROLE, with one of the roles ${roles.join(', ')}`;
      context.issues.push({ code: 'custom', message, input: written, path: [index] });
      return z.NEVER;
    }
    given[value] = role;
  }
  return given;
});

/** Who may come, wherever the console stands. */
export const accessFlags = {
  consoleKey: consoleKeyFlag,
  openRole: valued(
    'open-role',
    'ROLE',
    choice(roles),
    usual.openRole as Role,
    usual.openRole,
    'what whoever is on this machine may do, where no token is asked for: look, fetch, send or administer',
  ),
  url: optional(
    'url',
    'URL',
    text,
    'the address in browsers, when a proxy stands in front: https://sluice.example.com',
  ),
  oidcIssuer: optional(
    'oidc-issuer',
    'URL',
    text,
    'let in those that this provider of OpenID Connect knows, and that have a role',
  ),
  oidcClientId: optional('oidc-client-id', 'ID', text, 'the id under which the provider knows the console'),
  oidcClientSecretFile: optional(
    'oidc-client-secret-file',
    'FILE',
    path,
    "the client's secret, in the first line of this file",
    'none, a public client',
  ),
  oidcRoleClaim: valued(
    'oidc-role-claim',
    'CLAIM',
    text,
    usual.oidcRoleClaim as string,
    usual.oidcRoleClaim,
    'the claim of the ID token that gives the role; dots lead into objects: realm_access.roles',
  ),
  oidcRole: {
    flag: 'oidc-role',
    form: 'list',
    argument: 'VALUE=ROLE',
    schema: namedRoles,
    fallback: undefined,
    help: 'a value of that claim, and the role that it gives; may be repeated',
    shownDefault: 'the names of the roles',
  },
  oidcSession: timed('oidc-session', usual.oidcSession, 'how long somebody stays signed in'),
} as const;

/** Files that are dropped. */
export const dropFlags = {
  spoolFolder: optional(
    'spool-folder',
    'DIR',
    path,
    'a folder for files that are dropped on the page, until they are on the topic',
    'none can be dropped',
  ),
  uploader: valued(
    'uploader',
    'NAME',
    text,
    usual.uploader as string,
    usual.uploader,
    'the name of the uploader that sends them',
  ),
  maxUpload: valued(
    'max-upload',
    'SIZE',
    size(1),
    usual.maxUpload as number,
    '100GB',
    'the largest that is taken',
  ),
  uploadExpires: timed(
    'upload-expires',
    usual.uploadExpires,
    'how long an upload that is not complete can be continued',
  ),
} as const;

const server = {
  host: valued(
    'host',
    'HOST',
    text,
    usual.host as string,
    usual.host,
    'what to listen on; anything but this machine wants --console-key or --oidc-issuer',
  ),
  port: portOf('port', usual.port, 'the port; 0: one that is free'),
  tlsCert: optional('tls-cert', 'FILE', path, 'a certificate (PEM), with --tls-key: HTTPS with HTTP/2'),
  tlsKey: optional('tls-key', 'FILE', path, "the certificate's key (PEM)"),
  ...figuresFlags,
} as const;

const shown = {
  topic: valued('topic', 'TOPIC', topicName, usual.topic as string, usual.topic, 'the topic of files'),
  liveTopic: valued(
    'live-topic',
    'TOPIC',
    topicName,
    usual.liveTopic as string,
    usual.liveTopic,
    'the topic of live video',
  ),
  watchUrl: optional(
    'watch-url',
    'URL',
    text,
    'the address of a sluice serve, where streams are watched',
    'none is known',
  ),
  replicationFactor: valued(
    'replication-factor',
    'COUNT',
    count(-1, 32_767),
    usual.replicationFactor as number,
    "-1, the cluster's own",
    'copies of each partition, of topics that do not exist yet',
  ),
} as const;

export const consoleGroups = {
  'What to show': shown,
  Server: server,
  'Who may come': accessFlags,
  'Files that are dropped': dropFlags,
} as const;
