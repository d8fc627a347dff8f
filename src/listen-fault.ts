/** Why a port cannot be listened on, and what to do. Pure. */

export interface ListenWish {
  /** Undefined: all addresses. */
  readonly host: string | undefined;
  readonly port: number;
  /** What was to be taken there, where a program listens for several things: `RTMP`. */
  readonly what?: string;
  readonly portFlag: string;
  /** Default `--host`. */
  readonly hostFlag?: string;
}

export function listenFault(wish: ListenWish, { code, message }: NodeJS.ErrnoException): string {
  const { host, port, what, portFlag, hostFlag = '--host' } = wish;
  const shown = host?.includes(':') === true ? `[${host}]` : host;
  const place = shown === undefined ? `port ${port}` : `${shown}:${port}`;
  const before = what === undefined ? '' : `${what}: `;
  if (code === 'EADDRINUSE')
    return `${before}${place} is in use by another program: stop it, or choose another ${portFlag}`;
  if (code === 'EACCES')
    return `${before}this user may not listen on ${place}: choose a ${portFlag} above 1023, or give the right (AmbientCapabilities=CAP_NET_BIND_SERVICE of systemd)`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return `${before}${host} is no address of this machine: choose another ${hostFlag}`;
  return `${before}cannot listen on ${place}: ${message}`;
}
