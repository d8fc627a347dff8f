/** What type an object is said to be of, by the end of its name. */
import { importOptional } from '../../../optional-package.ts';

/** Undefined where nobody knows. */
export type ContentTypeOf = (name: string) => string | undefined;

/** The package `mime`'s table, where it is installed; without it no object has a type. */
export async function loadContentTypes(name = 'mime/lite'): Promise<ContentTypeOf> {
  try {
    const { default: table } = (await importOptional(name)) as typeof import('mime/lite');
    return (key) => table.getType(key) ?? undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    return () => undefined;
  }
}
