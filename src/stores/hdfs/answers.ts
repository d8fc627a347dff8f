/** What the refusals of WebHDFS, and failures on the way to it, mean. Pure. */
import { certificateCodes, untimely } from '../../certificate-codes.ts';
import { ConfigurationError } from '../../errors.ts';
import { withoutSecrets } from '../../secrets.ts';
import { StoreFault, type StoreFaultScope } from '../store-fault.ts';

/** What was to be done, for people and for what an answer means there. */
export interface HdfsAsked {
  /** E.g. `cannot list hdfs://nn:9870/films`. */
  readonly cannot: string;
  /** It was about one file: a refusal may be of that one alone. */
  readonly isFile: boolean;
  /** Who asked, for people. */
  readonly who: string;
  /** A newer token may be had. */
  readonly isRenewable: boolean;
}

/** An answer that is none of what was asked for. */
export class HdfsRefusal extends Error {
  readonly status: number;
  /** The exception of Java, without its package; empty where the answer has none. */
  readonly exception: string;
  /** Milliseconds after which the server wants to be asked again. */
  readonly retryAfter: number | undefined;
  /** It is asked for a log-in of Kerberos. */
  readonly wantsKerberos: boolean;

  constructor(status: number, headers: Readonly<Record<string, unknown>>, text: string) {
    const { exception, message } = remoteException(text);
    super(message);
    this.status = status;
    this.exception = exception;
    const after = headers['retry-after'];
    this.retryAfter = typeof after === 'string' && /^\d+$/.test(after) ? Number(after) * 1000 : undefined;
    this.wantsKerberos = /negotiate/i.test(String(headers['www-authenticate'] ?? ''));
  }
}

/** No connection came about in time. */
export class Unconnected extends Error {
  readonly code = 'ETIMEDOUT';
}

const unreached = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/** A datanode could not be reached, to which a namenode had sent. */
export class DatanodeAway extends Error {
  readonly code: string | undefined;

  constructor(host: string, cause: NodeJS.ErrnoException) {
    const reason =
      cause.code === 'ENOTFOUND' ? `this machine knows no ${host.replace(/:\d+$/, '')}` : cause.message;
    super(
      `the namenode sends to the datanode ${host}, which cannot be reached from here (${reason}): its name (dfs.datanode.hostname) has to lead there, and its port has to be open`,
      { cause },
    );
    this.code = cause.code;
  }
}

/** One that is not the active one, or that is not there: another namenode may be asked. */
export function isElsewhere(error: unknown): boolean {
  if (error instanceof HdfsRefusal) return error.exception === 'StandbyException';
  return error instanceof Unconnected || unreached.has(codeOf(error) ?? '');
}

interface Meaning {
  readonly scope: StoreFaultScope;
  readonly code: string;
  readonly says?: string;
}

const away = (says?: string): Meaning => ({
  scope: 'sink',
  code: 'EAGAIN',
  ...(says === undefined ? {} : { says }),
});
const ofName = (code: string, says?: string): Meaning => ({
  scope: 'name',
  code,
  ...(says === undefined ? {} : { says }),
});

/** By the exception's name. What has no words here keeps the server's own. */
const exceptions: Readonly<Record<string, Meaning>> = {
  FileNotFoundException: ofName('ENOENT', 'there is no such file'),
  StandbyException: away('no namenode is the active one'),
  SafeModeException: away(
    'the namenode is in safe mode: it goes on when that ends (hdfs dfsadmin -safemode get)',
  ),
  AlreadyBeingCreatedException: away(
    'the file is still held by a writer that went away: HDFS lets go of it within a minute',
  ),
  RecoveryInProgressException: away(
    'the file is still held by a writer that went away: HDFS lets go of it within a minute',
  ),
  LeaseExpiredException: ofName('ENOENT', 'what was written is not there any more'),
  DSQuotaExceededException: { scope: 'space', code: 'ENOSPC' },
  NSQuotaExceededException: { scope: 'space', code: 'ENOSPC' },
  QuotaByStorageTypeExceededException: { scope: 'space', code: 'ENOSPC' },
  DiskOutOfSpaceException: { scope: 'space', code: 'ENOSPC' },
  FileAlreadyExistsException: ofName('EEXIST'),
  ParentNotDirectoryException: ofName('ENOTDIR', 'a folder of its path is a file there'),
  PathComponentTooLongException: ofName('ENAMETOOLONG'),
  MaxDirectoryItemsExceededException: ofName('EINVAL'),
  InvalidPathException: ofName('EINVAL'),
  XAttrNotFoundException: ofName('ENODATA'),
  UnsupportedOperationException: ofName('ENOTSUP'),
  ConnectException: away(),
  NoRouteToHostException: away(),
  SocketTimeoutException: away(),
  RetriableException: away(),
  EOFException: away(),
};

/** By what a message has, where the exception says little: datanodes wrap those of namenodes. */
const words: readonly (readonly [RegExp, Meaning])[] = [
  [/XAttrs has been disabled/, ofName('ENOTSUP')],
  [/Invalid value for webhdfs parameter "op"/, ofName('ENOSYS')],
  [/path component name limit/, ofName('ENAMETOOLONG')],
  [/SafeModeException|Name node is in safe mode/, exceptions.SafeModeException!],
  [/AlreadyBeingCreatedException|RecoveryInProgressException/, exceptions.RecoveryInProgressException!],
  [
    /QuotaExceededException|quota of .* is exceeded|No space left|Out of space/i,
    { scope: 'space', code: 'ENOSPC' },
  ],
  [/File does not exist|No lease on|LeaseExpiredException/, exceptions.LeaseExpiredException!],
  [
    /could only be written to \d+ of|not sufficiently replicated|Connection refused|StandbyException|RetriableException/,
    away(),
  ],
];

/** The error to throw: a StoreFault, or a ConfigurationError for what only the user can mend. */
export function meaningOf(error: unknown, asked: HdfsAsked): Error {
  if (error instanceof StoreFault || error instanceof ConfigurationError || !(error instanceof Error))
    return error as Error;
  if (error.name === 'AbortError') return error;
  if (error instanceof HdfsRefusal) return refusalOf(error, asked);
  const code = codeOf(error);
  const refuse = (reason: string): ConfigurationError => new ConfigurationError(`${asked.cannot}: ${reason}`);
  if (code === undefined) return error;
  if (certificateCodes.has(code))
    return refuse(
      `the server's certificate is not signed by a trusted authority (${code}): give its CA by NODE_EXTRA_CA_CERTS`,
    );
  if (code === 'CERT_HAS_EXPIRED') return refuse(`the server's certificate ${untimely(code)}`);
  if (code === 'CERT_REVOKED') return refuse("the server's certificate has been revoked: renew it");
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return refuse("the server's certificate is not for this host name: use a name that it carries");
  if (
    /^(?:EPROTO|ERR_SSL_\w+)$/.test(code) &&
    /wrong version number|packet length too long/i.test(error.message)
  )
    return refuse(
      'this port does not speak TLS: write hdfs://, or use the port of TLS (9871, unless set otherwise)',
    );
  if (/^HPE_/.test(code))
    return refuse(
      'what answers does not speak HTTP: write the port of the namenode’s pages (9870, unless set otherwise), and swebhdfs:// where it speaks TLS',
    );
  return new StoreFault(`${asked.cannot}: ${withoutSecrets(error.message || code)}`, {
    scope: 'sink',
    code: 'EAGAIN',
  });
}

function refusalOf(refusal: HdfsRefusal, { cannot, isFile, who, isRenewable }: HdfsAsked): Error {
  const { status, exception, message, retryAfter } = refusal;
  const said = shown(refusal);
  const fault = ({ scope, code, says }: Meaning): StoreFault =>
    new StoreFault(`${cannot}: ${says ?? said}`, { scope, code, retryAfter });
  const refuse = (reason: string): ConfigurationError => new ConfigurationError(`${cannot}: ${reason}`);
  if (/Hadoop IPC port/.test(message))
    return refuse(
      'this is the port of Hadoop’s own protocol (RPC): write the port of the namenode’s pages, which is 9870 unless set otherwise',
    );
  if (exception === 'InvalidToken' || /InvalidToken/.test(message)) {
    const reason = `the delegation token is not taken, or has expired (${said})`;
    return isRenewable
      ? fault(away(`${reason}: have a new one written to the file that HADOOP_TOKEN_FILE_LOCATION names`))
      : refuse(`${reason}: give a new one`);
  }
  if (status === 401 || refusal.wantsKerberos)
    return refuse(
      `the cluster wants ${refusal.wantsKerberos || exception !== '' ? 'Kerberos' : 'a log-in'}, which Sluice does not speak: give a delegation token, as hdfs fetchdt writes it, by HADOOP_TOKEN_FILE_LOCATION`,
    );
  // It is asked who may pass through the file.
  if (/\(is not a directory\)/.test(message) && isFile) return fault(exceptions.ParentNotDirectoryException!);
  if (
    /^(?:AccessControl|Authorization|Security)Exception$/.test(exception) ||
    /Permission denied/.test(message)
  ) {
    const reason = `access is denied to ${who} (${said}): give the rights that docs/stores.md lists, or be another by HADOOP_USER_NAME`;
    return isFile ? fault(ofName('EACCES', reason)) : refuse(reason);
  }
  const known = exceptions[exception] ?? words.find(([pattern]) => pattern.test(message))?.[1];
  if (known !== undefined && (known.scope !== 'name' || isFile || known.code === 'ENOSYS'))
    return fault(known);
  if (exception === 'FileNotFoundException')
    return refuse('there is no such folder: make it, or name another');
  if (exception === '' && status < 500 && status !== 408 && status !== 429)
    return refuse(
      `what answers is no WebHDFS (${said}): write the port of the namenode’s pages, which is 9870 unless set otherwise`,
    );
  // Of one file it is believed once others can be written; the server may know more of it later.
  if (status < 500 && exception !== '' && isFile) return fault(ofName(status === 400 ? 'EINVAL' : 'EIO'));
  if (known !== undefined || status === 400) return refuse(said);
  return fault(away());
}

/** E.g. `403 AccessControlException: Permission denied: user=nobody`. */
function shown({ status, exception, message }: HdfsRefusal): string {
  const text = [String(status), exception].filter((one) => one !== '').join(' ');
  return withoutSecrets(message === '' ? text : `${text}: ${message}`);
}

/** `{"RemoteException": {"exception", "javaClassName", "message"}}`. Traces of stacks are left out. */
function remoteException(text: string): { exception: string; message: string } {
  try {
    const { RemoteException } = JSON.parse(text) as {
      RemoteException: { exception: string; javaClassName?: string; message?: string };
    };
    const name = RemoteException.javaClassName ?? RemoteException.exception;
    const [message = ''] = (RemoteException.message ?? '').split(/\n\s*at |\r?\n/);
    return { exception: name.replace(/^.*[.$]/, ''), message };
  } catch {
    const title = /<title>([^<]*)</i.exec(text)?.[1] ?? text;
    return { exception: '', message: title.trim().split('\n', 1)[0]!.slice(0, 200) };
  }
}

function codeOf(error: unknown): string | undefined {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}
