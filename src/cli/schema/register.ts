/** `sluice schema register`: the schemas at a registry that speaks as Confluent's does. */
import type { Command } from 'commander';
import type { z } from 'zod';
import { ExitCode } from '../../errors.ts';
import { printable } from '../../printable.ts';
import { catalogue } from '../../schemas/catalogue.ts';
import type { Registered } from '../../schemas/registry.ts';
import { type FlagsIn, optional, required, toggle, valued } from '../flags.ts';
import { writeJson } from '../output.ts';
import { padEnd } from '../terminal/text.ts';
import { parsed, path } from '../values.ts';
import { type Call, createVerb } from '../verb.ts';
import { entryOf } from './list.ts';

const registryUrl: z.ZodType<string> = parsed((written) => {
  const url = URL.parse(written);
  const isWeb = url?.protocol === 'http:' || url?.protocol === 'https:';
  // Whoever lists processes would read it.
  return url !== null && isWeb && url.username === '' && url.password === '' ? url.href : undefined;
}, 'is no URL of a registry: http:// or https://, without a password, which belongs into --registry-config or the environment');

const prefix: z.ZodType<string> = parsed(
  (written) => (/^[\w.:-]*$/.test(written) ? written : undefined),
  'may have letters, digits, dots, colons, dashes and underscores',
);

const registerFlags = {
  registry: required('registry', 'URL', registryUrl, 'the registry: the URL below which /subjects is'),
  registryConfig: optional(
    'registry-config',
    'FILE',
    path,
    'properties: basic.auth.user.info, bearer.auth.token, ssl.ca.location and more',
  ),
  subjectPrefix: valued(
    'subject-prefix',
    'TEXT',
    prefix,
    'sluice.',
    'sluice.',
    'what the names of subjects begin with',
  ),
  dryRun: toggle('dry-run', 'ask what would be, and register nothing'),
} as const;
const groups = { 'Where and how': registerFlags } as const;

export function schemaRegisterCommand(): Command {
  return createVerb({
    name: 'register',
    summary: 'register schemas at a registry',
    description:
      'Registers schemas at a registry that speaks as Confluent’s does (Confluent, Karapace, Redpanda, Apicurio): all, or those that are named. ' +
      'What stands there already is left alone; what the registry finds incompatible with its latest version is told, and not registered. Exit code 3 then, 4 when the registry cannot be reached.',
    groups,
    words: [['[names...]', 'schemas, as `sluice schema list` has them (default: all)']],
    connects: false,
    examples: [
      ['sluice schema register --registry http://localhost:8080/apis/ccompat/v7', 'All of them, at Apicurio'],
      [
        'sluice schema register --registry https://registry.example.com --registry-config registry.properties --dry-run upload download',
        'What two of them would become',
      ],
    ],
    run,
  });
}

async function run({ settings, output, words }: Call<FlagsIn<typeof groups>>): Promise<ExitCode> {
  const [{ loadSchemas }, { askingAgain }, { askingAt, registryAccess }, { register }] = await Promise.all([
    import('../../schemas/load.ts'),
    import('../../schemas/asking-again.ts'),
    import('../../schemas/registry-http.ts'),
    import('../../schemas/registry.ts'),
  ]);
  const { registry, registryConfig, subjectPrefix, dryRun } = settings;
  const entries = words.length === 0 ? catalogue : words.map(entryOf);
  const ask = askingAgain(askingAt(registry, await registryAccess(registryConfig, process.env)));
  const schemas = await loadSchemas();
  let refused = 0;
  for (const { name } of entries) {
    const wanted = { name, subject: `${subjectPrefix}${name}`, schema: schemas[name] ?? {} };
    const done = await register(ask, wanted, dryRun);
    if (done.result === 'incompatible') refused += 1;
    if (output.json) writeJson({ type: 'registered', ...done });
    else if (!output.quiet || done.result === 'incompatible')
      process.stdout.write(`${registeredLine(done)}\n`);
  }
  return refused === 0 ? ExitCode.ok : ExitCode.incomplete;
}

/** One schema: what became of it, under which subject, and its number. Pure. */
export function registeredLine({ subject, result, id, version, message }: Registered): string {
  const numbers = [
    ...(version === undefined ? [] : [`version ${version}`]),
    ...(id === undefined ? [] : [`id ${id}`]),
  ].join(', ');
  const more = message === undefined ? numbers : printable(message);
  return `${padEnd(result, 16)}${subject}${more === '' ? '' : `  (${more})`}`;
}
