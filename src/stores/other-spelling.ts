/** Another spelling of a name was published, where both are one name: it may be written once that one goes. */
export class OtherSpellingError extends Error {
  override name = 'OtherSpellingError';
  readonly code = 'EEXIST';

  constructor(target: string, other: string) {
    super(`"${target}" and "${other}" are one name on this file system: it would be overwritten`);
  }
}
