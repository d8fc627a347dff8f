/** In the place of src/version.ts: written into the bundle. */
declare const SLUICE_VERSION: string;

export const version = SLUICE_VERSION;
