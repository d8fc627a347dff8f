/** Debian's nginx with the configuration that is in `deploy/nginx`, on ports and in folders of a test's own. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../src/broker/ports.ts';
import type { Owner } from '../support/owner.ts';
import { type RunningCommand, startCommand } from '../support/process.ts';
import { waitFor } from '../support/wait.ts';

const configuration = new URL('../../deploy/nginx/sluice.conf', import.meta.url);
const host = '127.0.0.1';

export interface NginxOptions {
  /** `HOST:PORT` of each `sluice serve`. */
  readonly servers: readonly string[];
  /** Replaced in the configuration, to compare it with another one. */
  readonly changes?: readonly (readonly [from: string, to: string])[];
}

export interface StartedNginx {
  /** Without a slash at its end. */
  readonly url: string;
  readonly port: number;
  readonly command: RunningCommand;
  /** Reads its configuration anew, as an upgrade does: old workers end when nobody waits there. */
  reload(): void;
  /** Ends it and starts it again, in the same folder, on the same port. */
  restart(): Promise<void>;
  /** Lines of the log of requests. */
  log(): Promise<readonly string[]>;
}

/** Resolves once it takes connections. */
export async function startNginx(owner: Owner, options: NginxOptions): Promise<StartedNginx> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-nginx-'));
  owner.after(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, 'cache'));
  const port = await freePort(host, new Set());
  const text = await rendered(folder, port, options);
  await writeFile(join(folder, 'sluice.conf'), text);
  await writeFile(join(folder, 'nginx.conf'), around(folder));
  const start = async (): Promise<RunningCommand> => {
    const command = startCommand('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')]);
    await waitFor(
      async () => {
        if (command.child.exitCode !== null) throw new Error(command.output.stderr);
        return (await fetch(`http://${host}:${port}/metrics`)).status === 404;
      },
      { what: 'an nginx that answers' },
    );
    return command;
  };
  let command = await start();
  // Asked to: killed, it leaves its workers behind.
  owner.after(async () => {
    command.child.kill('SIGTERM');
    await command.finished;
  });
  return {
    url: `http://${host}:${port}`,
    port,
    get command() {
      return command;
    },
    reload: () => void command.child.kill('SIGHUP'),
    async restart() {
      command.child.kill('SIGTERM');
      await command.finished;
      command = await start();
    },
    log: async () =>
      (await readFile(join(folder, 'access.log'), 'utf8')).split('\n').filter((line) => line !== ''),
  };
}

/** The configuration as it is, in other places, and without TLS. */
async function rendered(
  folder: string,
  port: number,
  { servers, changes = [] }: NginxOptions,
): Promise<string> {
  let text = await readFile(configuration, 'utf8');
  const replace = (from: string, to: string): void => {
    assert.ok(text.includes(from), `the configuration has "${from}"`);
    text = text.replaceAll(from, to);
  };
  replace('  server 127.0.0.1:8080;', servers.map((server) => `  server ${server};`).join('\n'));
  replace('/run/nginx-sluice.sock', join(folder, 'nginx.sock'));
  replace('/var/cache/nginx/sluice', join(folder, 'cache'));
  replace('/var/log/nginx/sluice.log', join(folder, 'access.log'));
  replace('listen 443 ssl http2;', `listen ${host}:${port} backlog=4096;`);
  replace('  ssl_certificate     /etc/nginx/sluice.crt;\n', '');
  replace('  ssl_certificate_key /etc/nginx/sluice.key;\n', '');
  for (const [from, to] of changes) replace(from, to);
  return text;
}

/** What stands in Debian's own nginx.conf, as far as it matters. */
function around(folder: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return [
    ...(process.getuid?.() === 0 ? ['user root;'] : []),
    'daemon off;',
    'worker_processes auto;',
    'worker_rlimit_nofile 16384;',
    `pid ${join(folder, 'nginx.pid')};`,
    'error_log stderr warn;',
    'events { worker_connections 8192; }',
    'http {',
    '  sendfile on;',
    '  tcp_nopush on;',
    ...temporary.map((name) => `  ${name}_temp_path ${join(folder, name)};`),
    `  include ${join(folder, 'sluice.conf')};`,
    '}',
    '',
  ].join('\n');
}
