/** The Compose file, as Docker Compose's own library reads it. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from '../../../src/broker/default-folders.ts';
import { runCommand } from '../../support/process.ts';

export const composeFolder = fileURLToPath(new URL('../../../deploy/compose/', import.meta.url));

export interface ComposeService {
  readonly image: string;
  readonly command: readonly string[] | null;
  readonly user?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly read_only?: boolean;
  readonly privileged?: boolean;
  readonly tmpfs?: readonly string[];
  readonly cap_drop: readonly string[];
  readonly security_opt: readonly string[];
  readonly restart: string;
  readonly networks: Readonly<Record<string, unknown>>;
  readonly ports?: readonly {
    readonly target: number;
    readonly published: string;
    readonly protocol: string;
  }[];
  readonly volumes?: readonly {
    readonly type: string;
    readonly source: string;
    readonly target: string;
    readonly read_only?: boolean;
  }[];
  readonly secrets?: readonly { readonly source: string; readonly target?: string }[];
  readonly healthcheck: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

/** Its services, with variables of the environment in their places. Throws what the library says. */
export async function composeServices(
  env: Readonly<Record<string, string>> = {},
): Promise<Readonly<Record<string, ComposeService>>> {
  const program = join(cacheFolder(), 'compose-check', 'compose-check');
  const { code, stdout, stderr } = await runCommand(program, ['compose.yaml'], { cwd: composeFolder, env });
  if (code !== 0) throw new Error(stderr);
  return (JSON.parse(stdout) as { readonly services: Readonly<Record<string, ComposeService>> }).services;
}
