/** `files/UPLOADER/PATH` of a URL. Pure. */
import { pathFault, uploaderFault } from '../../../records/path.ts';

export interface FileAddress {
  readonly uploader: string;
  readonly path: string;
}

/** What stands behind `/files/` in a URL as it was sent; undefined for what can be no file's name. */
export function fileAddress(url: string): FileAddress | undefined {
  const [path = ''] = url.split('?', 1);
  const begin = path.indexOf('/files/');
  if (begin === -1) return undefined;
  try {
    const [uploader = '', ...rest] = path
      .slice(begin + '/files/'.length)
      .split('/')
      .map((segment) => decodeURIComponent(segment));
    // A segment with a slash of its own would be two.
    if (rest.some((segment) => segment.includes('/'))) return undefined;
    const file = { uploader, path: rest.join('/') };
    return uploaderFault(uploader) === undefined && pathFault(file.path) === undefined ? file : undefined;
  } catch {
    return undefined;
  }
}
