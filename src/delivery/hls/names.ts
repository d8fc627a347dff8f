/** URIs of media as playlists and manifests name them, relative to the folder of their rendition (ADR 80). Pure. */

/** Adds to a URI of ours what a viewer needs to fetch it: a token in its query. */
export type Uri = (uri: string) => string;

export function initName(epoch: number | string): string {
  return `init-${epoch}.mp4`;
}

export function partName(epoch: number, ordinal: number): string {
  return `part-${epoch}-${ordinal}.m4s`;
}

export function segmentName(epoch: number | string, media: number | string): string {
  return `seg-${epoch}-${media}.m4s`;
}
