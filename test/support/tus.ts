/** Uploads by tus-js-client, as other programs would make them. */
import { Upload, type UploadOptions } from 'tus-js-client';

/** Resolves with the URL of the upload once all of it is there; rejects as the client says. `on`: called with how much was taken. */
export function tusUpload(
  bytes: Buffer,
  options: UploadOptions,
  on: (taken: number, upload: Upload) => void = () => {},
): { readonly upload: Upload; readonly done: Promise<void> } {
  const { promise: done, resolve, reject } = Promise.withResolvers<void>();
  const upload = new Upload(bytes as never, {
    retryDelays: null as never,
    ...options,
    onChunkComplete: (_size, taken) => on(taken, upload),
    onSuccess: () => resolve(),
    onError: reject,
  });
  return { upload, done };
}
