/** What the kernel knows of our TCP connections: whether the other side has what we sent. Linux tells; elsewhere nobody does. */
import { readFile } from 'node:fs/promises';

/** One connection, as `/proc/net/tcp` has it (proc_net_tcp.txt in the kernel's documentation). */
export interface TcpState {
  /** Bytes that the other side's kernel has not acknowledged. */
  readonly unacknowledged: number;
  /** How often in a row the oldest of them was sent again, without an acknowledgement since. */
  readonly retransmits: number;
  /** Milliseconds until they are sent again; undefined where the timer is another one, or none. */
  readonly retransmitIn: number | undefined;
}

/** A connection's ports: ours, and the broker's. */
export interface Ports {
  readonly local: number;
  readonly remote: number;
}

const retransmitTimer = 1;
/** The kernel's times here are in hundredths of a second (USER_HZ), on every architecture that Node.js runs on. */
const tickMs = 10;

/** Finds a connection in such a text; undefined when it is not there, or cannot be told from another. PURE. */
export function findTcpState(table: string, { local, remote }: Ports): TcpState | undefined {
  const found: TcpState[] = [];
  for (const line of linesWith(table, `:${local.toString(16).toUpperCase().padStart(4, '0')} `)) {
    const [, ours, theirs, , queues, timer, retransmits] = line.trim().split(/\s+/);
    if (portOf(ours) !== local || portOf(theirs) !== remote) continue;
    const [sending = ''] = queues?.split(':') ?? [];
    const [kind = '', when = ''] = timer?.split(':') ?? [];
    found.push({
      unacknowledged: Number.parseInt(sending, 16),
      retransmits: Number.parseInt(retransmits ?? '', 16),
      retransmitIn:
        Number.parseInt(kind, 16) === retransmitTimer ? Number.parseInt(when, 16) * tickMs : undefined,
    });
  }
  const [state] = found;
  if (found.length !== 1 || state === undefined) return undefined;
  return Number.isNaN(state.unacknowledged + state.retransmits) ? undefined : state;
}

/** There may be thousands, of viewers: those of others are not taken apart. */
function* linesWith(table: string, text: string): Generator<string> {
  let end = 0;
  for (let at = table.indexOf(text); at >= 0; at = table.indexOf(text, end)) {
    end = table.indexOf('\n', at);
    if (end < 0) end = table.length;
    yield table.slice(table.lastIndexOf('\n', at) + 1, end);
  }
}

function portOf(address: string | undefined): number | undefined {
  const port = address?.split(':')[1];
  return port === undefined ? undefined : Number.parseInt(port, 16);
}

/** The states of all TCP connections of this network namespace, to look into; undefined where the system does not tell them. */
export async function readTcpStates(): Promise<((ports: Ports) => TcpState | undefined) | undefined> {
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((name) => readFile(`/proc/self/net/${name}`, 'latin1').catch(() => '')),
  );
  const known = tables.filter((table) => table !== '');
  if (known.length === 0) return undefined;
  return (ports) => {
    const states = known.flatMap((table) => findTcpState(table, ports) ?? []);
    return states.length === 1 ? states[0] : undefined;
  };
}
