/** Elements of XML, as lines of text. Pure. */

/** In their order. */
export type Attributes = Readonly<Record<string, number | string>>;

/** An element and what is in it: lines, indented by their depth. */
export function element(name: string, attributes: Attributes, body: readonly string[] = []): string[] {
  const open = [name, ...Object.entries(attributes).map(([key, value]) => `${key}="${escaped(value)}"`)].join(
    ' ',
  );
  if (body.length === 0) return [`<${open}/>`];
  return [`<${open}>`, ...body.map((line) => `  ${line}`), `</${name}>`];
}

/** xs:duration */
export function duration(seconds: number): string {
  return `PT${Number(seconds.toFixed(3))}S`;
}

function escaped(value: number | string): string {
  return String(value).replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
