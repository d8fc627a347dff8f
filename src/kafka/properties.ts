/** Kafka's own client properties by the ecosystem's names, e.g. `bootstrap.servers`. */
export type ClientProperties = Readonly<Record<string, string>>;
