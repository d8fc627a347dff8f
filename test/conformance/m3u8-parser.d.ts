/** The part of m3u8-parser that the checker uses; the package brings no types. */
declare module 'm3u8-parser' {
  export class Parser {
    push(text: string): void;
    end(): void;
    readonly manifest: {
      readonly mediaSequence?: number;
      readonly segments: readonly { readonly uri?: string; readonly duration?: number }[];
    };
  }
}
