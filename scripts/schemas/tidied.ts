/** A schema as people read it: choices of choices are choices, each once, and an object that is closed says so last. Pure. */

type Json = Readonly<Record<string, unknown>>;

export function tidied(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(tidied);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, of]) => [name, tidied(of)] as const);
  const schema = Object.fromEntries(entries) as Json;
  const choices = schema.anyOf;
  return Array.isArray(choices) ? { ...schema, anyOf: flat(choices as Json[]) } : schema;
}

function flat(choices: readonly Json[]): Json[] {
  const seen = new Set<string>();
  return choices
    .flatMap((choice) => (isChoice(choice) ? (choice.anyOf as Json[]) : [choice]))
    .filter((choice) => {
      const text = JSON.stringify(choice);
      return !seen.has(text) && seen.add(text);
    });
}

/** Nothing but a choice: what is said of it says nothing of its parts. */
function isChoice(schema: Json): boolean {
  return (
    Array.isArray(schema.anyOf) &&
    Object.keys(schema).every((name) => name === 'anyOf' || name === 'description')
  );
}
