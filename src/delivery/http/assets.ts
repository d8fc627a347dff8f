/** Pages: everything in a folder of the package's `web/`, and what it needs of packages; read and compressed once, kept in memory. */
import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { type PageFolder, pageFiles } from './page-files.ts';

/** A file of the page as it is sent. */
export interface Asset {
  readonly type: string;
  readonly tag: string;
  readonly plain: Buffer;
  /** Absent where compressing does not make it smaller. */
  readonly gzip?: Buffer;
  readonly brotli?: Buffer;
}

/** What is served, by the ends of names; anything else in `web/` is for those who write it. */
export const assetTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

/**
 * The page's files by their names below `/assets/`; `index.html` is the page itself.
 */
export function readAssets(folder: PageFolder = ''): Promise<ReadonlyMap<string, Asset>> {
  const known = read.get(folder) ?? readAll(folder);
  read.set(folder, known);
  return known;
}

/** Compressing takes a second or so: once for all servers of the process. */
const read = new Map<PageFolder, Promise<ReadonlyMap<string, Asset>>>();

async function readAll(folder: PageFolder): Promise<ReadonlyMap<string, Asset>> {
  const assets = new Map<string, Asset>();
  // One after the other: compressors take much memory for the moment that they are used.
  for (const { name, read: bytes } of await pageFiles(folder)) {
    const type = assetTypes[extname(name)];
    if (type !== undefined) assets.set(name, await asset(await bytes(), type));
  }
  return assets;
}

async function asset(plain: Buffer, type: string): Promise<Asset> {
  const tag = `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`;
  const gzipped = await promisify(gzip)(plain);
  const brotli = await promisify(brotliCompress)(plain, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 9,
      [constants.BROTLI_PARAM_SIZE_HINT]: plain.length,
      [constants.BROTLI_PARAM_LGWIN]: 18,
    },
  });
  const smaller = brotli.length < plain.length && gzipped.length < plain.length;
  return { type, tag, plain, ...(smaller ? { gzip: gzipped, brotli } : {}) };
}

/**
 * What the page may do. Media, playlists and sockets may come from other servers of the same topic too (`?servers=`);
 * code and style only from here.
 */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' http: https: data: blob:",
  "font-src 'self'",
  "connect-src 'self' http: https: ws: wss:",
  "media-src 'self' http: https: blob:",
  "worker-src 'self' blob:",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');
