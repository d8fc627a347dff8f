/** The JSON Schemas of `schemas/`, and what they say of a value. */
import { Ajv } from 'ajv';
import { loadSchemas } from '../../src/schemas/load.ts';

const schemas = await loadSchemas();
const ajv = new Ajv({ strict: false, allErrors: false });

/** Undefined where the value is as the schema says; else what is wrong, with the value. */
export function faultOf(name: string, value: unknown): string | undefined {
  const schema = schemas[name];
  if (schema === undefined) throw new Error(`there is no schema ${name}`);
  const check = ajv.getSchema(String(schema.$id)) ?? ajv.compile(schema);
  // As a reader has it: what is undefined is not there.
  if (check(JSON.parse(JSON.stringify(value)))) return undefined;
  return `${name}: ${ajv.errorsText(check.errors)}: ${JSON.stringify(value)}`;
}

/** Of lines of `--json`, those that are not as the schema says. */
export function faultsOfLines(name: string, stdout: string): string[] {
  const lines = stdout.split('\n').filter(Boolean);
  return lines.flatMap((line) => faultOf(name, JSON.parse(line)) ?? []);
}
