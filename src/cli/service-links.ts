/**
 * Variables that platforms set for a service whose name begins as ours: Kubernetes tells every container of a Service
 * `sluice` by `SLUICE_PORT=tcp://10.0.0.1:8080` and a dozen more ("Service environment variables"), Docker's links do alike.
 * They are told from the user's by their form, for some have the names of our settings. Pure.
 */

type Environment = Readonly<Record<string, string | undefined>>;

export interface Variables {
  /** The user's, and all that do not concern us. */
  readonly own: Environment;
  /** The names of the platform's. */
  readonly linked: readonly string[];
  /** Those that look like a platform's though nothing else of a service is there: more likely a mistake. */
  readonly doubtful: readonly string[];
}

/** `tcp://10.0.0.1:8080`: where a service listens. */
const link = /^(?:tcp|udp|sctp):\/\/(.+):\d+$/i;
/** What follows a service's name in the names of variables. */
const endings = {
  link: /_PORT(?:_\d+_(?:TCP|UDP|SCTP))?$/,
  host: /_SERVICE_HOST$/,
  always: /^_(?:SERVICE_HOST|SERVICE_PORT(?:_[A-Z0-9_]+)?|PORT_\d+_(?:TCP|UDP|SCTP)(?:_[A-Z_]+)?|ENV_.+)$/,
} as const;

/** Sorts the variables that begin with `SLUICE_`. */
export function withoutServiceLinks(environment: Environment): Variables {
  const own: Record<string, string | undefined> = { ...environment };
  const linked: string[] = [];
  const doubtful: string[] = [];
  for (const service of servicesIn(environment)) {
    const members = Object.keys(own).filter((name) => belongs(name, service, environment));
    for (const name of members) delete own[name];
    (members.length > 1 ? linked : doubtful).push(...members);
  }
  return { own, linked, doubtful };
}

/** The names of services, as variables begin with them: `SLUICE`, `SLUICE_WEB`. */
function servicesIn(environment: Environment): ReadonlySet<string> {
  const services = Object.entries(environment).flatMap(([name, value = '']) => {
    if (!/^SLUICE_[A-Z0-9_]+$/.test(name)) return [];
    const ending = link.test(value) ? endings.link : endings.host;
    return ending.test(name) ? [name.replace(ending, '')] : [];
  });
  return new Set(services);
}

function belongs(name: string, service: string, environment: Environment): boolean {
  if (!name.startsWith(`${service}_`)) return false;
  const rest = name.slice(service.length);
  const value = environment[name] ?? '';
  if (endings.always.test(rest)) return true;
  // These may be the user's as well: what they hold decides.
  if (rest === '_PORT') return link.test(value);
  if (rest === '_NAME') return /^\/[^/]+\/[^/]+$/.test(value);
  return rest === '_HOST' && addressesOf(service, environment).includes(value);
}

function addressesOf(service: string, environment: Environment): (string | undefined)[] {
  return [environment[`${service}_SERVICE_HOST`], link.exec(environment[`${service}_PORT`] ?? '')?.[1]];
}
