/** An sshd of the bench's own: a free port of 127.0.0.1 or another host, keys made for the run, nobody else's configuration touched. */
import { execFile, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '../src/broker/ports.ts';

const run = promisify(execFile);
const daemon = ['/usr/sbin/sshd', '/usr/local/sbin/sshd'].find((path) => existsSync(path));
const toInstall =
  'the bench compares with scp and rsync over ssh: install them with "apt-get install openssh-server openssh-client rsync"';

export interface Sshd {
  readonly pid: number;
  /** Options of ssh and scp that reach it without questions; the port goes by `-o` too. */
  readonly options: readonly string[];
  /** `user@127.0.0.1`. */
  readonly host: string;
  readonly port: number;
  /** File of the key that it lets in. */
  readonly key: string;
  /** Processor seconds of all sessions so far; waits for those to end that still run. */
  sessionsCpu(): Promise<number>;
  stop(): Promise<void>;
}

/** Where it listens, when that is not this host's loopback. */
export interface SshdPlace {
  readonly address: string;
  readonly port: number;
  /** The command line that runs a command there. */
  command(words: readonly string[]): readonly [string, ...string[]];
}

/** Starts it with all its files in `folder`. Rejects with what to install when there is none. */
export async function startSshd(folder: string, place?: SshdPlace): Promise<Sshd> {
  if (daemon === undefined) throw new Error(toInstall);
  await mkdir(folder, { mode: 0o700 });
  const file = (name: string): string => join(folder, name);
  for (const key of ['host', 'user'])
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file(key)]);
  await copyFile(file('user.pub'), file('authorized'));
  const { address, port } = place ?? { address: '127.0.0.1', port: await freePort('127.0.0.1', new Set()) };
  const settings = {
    Port: port,
    ListenAddress: address,
    HostKey: file('host'),
    AuthorizedKeysFile: file('authorized'),
    PidFile: file('pid'),
    PasswordAuthentication: 'no',
    KbdInteractiveAuthentication: 'no',
    UsePAM: 'no',
    // The folders above are the system's for temporary files, which everybody may write to.
    StrictModes: 'no',
    PermitRootLogin: 'prohibit-password',
    MaxStartups: 100,
    Subsystem: 'sftp internal-sftp',
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} ${value}\n`);
  await writeFile(file('config'), lines.join(''));
  // As root, sshd insists on this folder of the system's, which only exists once its service has run.
  if (userInfo().uid === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
  const words = [daemon, '-D', '-e', '-f', file('config')] as const;
  const [command, ...args] = place?.command(words) ?? words;
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  await new Promise<void>((resolve, reject) => {
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      if (stderr.includes('Server listening')) resolve();
    });
    child.once('close', () => reject(new Error(`sshd did not start: ${stderr}`)));
  });
  const shared = { Port: port, IdentityFile: file('user'), IdentitiesOnly: 'yes', BatchMode: 'yes' };
  const quiet = { StrictHostKeyChecking: 'no', UserKnownHostsFile: '/dev/null', LogLevel: 'ERROR' };
  return {
    pid: child.pid ?? 0,
    options: Object.entries({ ...shared, ...quiet }).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
    host: `${userInfo().username}@${address}`,
    port,
    key: file('user'),
    sessionsCpu: () => childrenCpu(child.pid ?? 0),
    stop: async () => {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await gone;
    },
  };
}

/** proc(5): time of children that were waited for, the 16th and 17th field, in hundredths of a second. */
async function childrenCpu(pid: number): Promise<number> {
  while (readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8') !== '') await delay(10);
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}
