/** Documents that lie. */

/** A document with one field, by its path, changed: `settings.split`, `filters.0.sheet`. As JSON; undefined takes the field out. */
export function changed(document: unknown, path: string, value: unknown): string {
  const copy = structuredClone(document) as Record<string, unknown>;
  const keys = path.split(".");
  const last = keys.pop()!;
  const at = keys.reduce((at, key) => at[key] as Record<string, unknown>, copy);
  if (value === undefined) delete at[last];
  else at[last] = value;
  return JSON.stringify(copy);
}
