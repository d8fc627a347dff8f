/** A folder of HDFS, as users write it. Pure. */
import type { ObjectsPlace } from '../objects/contract.ts';

export interface HdfsPlace extends ObjectsPlace {
  readonly store: 'hdfs';
  /** What the namenodes are spoken to by. */
  readonly protocol: 'http:' | 'https:';
  /** `HOST:PORT` of each namenode, as they were written. */
  readonly namenodes: readonly string[];
}

export const hdfsForm = 'hdfs://HOST:PORT/PATH';

/** Of the namenode's pages and of WebHDFS, since Hadoop 3. */
const usualPorts = { 'http:': 9870, 'https:': 9871 } as const;

/**
 * What stands behind `hdfs://`, `webhdfs://` (the same) or `swebhdfs://` (over TLS), or what is wrong with it. Several namenodes have commas
 * between them. Paths are taken as they are: in one, `%`, `?` and `#` mean nothing.
 */
export function readHdfs(rest: string, scheme: string): HdfsPlace | string {
  const form = hdfsForm.replace('hdfs', scheme);
  const [, authority = '', path = ''] = /^([^/]*)\/*(.*)$/s.exec(rest) ?? [];
  if (authority.includes('@'))
    return `has a user in it; that is HADOOP_USER_NAME, or the account's name: write ${form}`;
  const protocol = scheme === 'swebhdfs' ? 'https:' : 'http:';
  const namenodes: string[] = [];
  for (const written of authority.split(',')) {
    const [, host, port = usualPorts[protocol]] =
      /^(\[[0-9a-f:.]+\]|[\w.-]+)(?::(\d{1,5}))?$/i.exec(written) ?? [];
    if (host === undefined || Number(port) > 65535) return `names no namenode; write ${form}`;
    namenodes.push(`${host}:${port}`);
  }
  const segments = path.replace(/\/$/, '').split('/');
  if (path !== '' && segments.some((segment) => /^(?:|\.|\.\.)$|:/.test(segment)))
    return `has a path that HDFS does not have: an empty name, . or .., or a colon; write ${form}`;
  const prefix = path === '' ? '' : `${segments.join('/')}/`;
  const url = `${scheme}://${authority}/${prefix}`.replace(/\/$/, '');
  return { store: 'hdfs', protocol, namenodes, prefix, url };
}
