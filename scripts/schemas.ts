/**
 * `npm run schemas`: makes the JSON Schemas in `schemas/`: of events from the types in `src/cli/json-lines.ts`, of records from what reads them. With `--check` it writes
 * nothing, and fails where one is not as it would be made (`npm run check`).
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createGenerator } from 'ts-json-schema-generator';
import { z } from 'zod';
import { claimForm } from '../src/records/live-claim.ts';
import { liveHeadersForm } from '../src/records/live-headers-form.ts';
import { indexForm } from '../src/records/live-index.ts';
import { senderKeyForm } from '../src/records/sender-key.ts';
import { stateForms } from '../src/records/state-record.ts';
import { catalogue, eventSchemas, type recordSchemas, type Schema } from '../src/schemas/catalogue.ts';
import { tidied } from './schemas/tidied.ts';

const project = fileURLToPath(new URL('..', import.meta.url));
const folder = join(project, 'schemas');
const draft = 'http://json-schema.org/draft-07/schema#';

const forms: Readonly<Record<(typeof recordSchemas)[number]['name'], object>> = {
  'record-live-headers': liveHeadersForm,
  'record-index': indexForm,
  'record-streams': claimForm,
  'record-keys': senderKeyForm,
  'record-state-file': stateForms.file,
  'record-state-lease': stateForms.lease,
  'record-state-ready': stateForms.ready,
  'record-state-origin': stateForms.origin,
};

const generator = createGenerator({
  path: join(project, 'src/cli/json-lines.ts'),
  tsconfig: join(project, 'scripts/schemas/tsconfig.json'),
  skipTypeCheck: true,
  additionalProperties: false,
  expose: 'none',
  topRef: false,
});

const made: Record<string, Schema> = {};
for (const { name, title } of catalogue) {
  const type = eventSchemas.find((one) => one.name === name)?.type;
  const schema =
    type === undefined
      ? z.toJSONSchema(forms[name as keyof typeof forms] as z.ZodType, { target: 'draft-7', io: 'input' })
      : generator.createSchema(type);
  const { $schema: _, ...rest } = tidied(schema) as Record<string, unknown>;
  made[name] = { $schema: draft, $id: `urn:sluice:schema:${name}`, title, ...rest };
}

const files = {
  'all.json': made,
  ...Object.fromEntries(Object.entries(made).map(([name, one]) => [`${name}.json`, one])),
};
const isChecking = process.argv.includes('--check');
if (!isChecking) await mkdir(folder, { recursive: true });
for (const [name, value] of Object.entries(files)) {
  // One file of all of them comes with the program; it is not for people.
  const text = `${name === 'all.json' ? JSON.stringify(value) : JSON.stringify(value, undefined, 2)}\n`;
  const path = join(folder, name);
  if (!isChecking) await writeFile(path, text);
  else if ((await readFile(path, 'utf8').catch(() => '')) !== text) {
    console.error(`schemas/${name} is not what the types say: npm run schemas, and look at what changed`);
    process.exitCode = 1;
  }
}
