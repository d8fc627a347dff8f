/**
 * Whether what runs in the container answers: asks the port of its figures (SLUICE_METRICS_PORT), or the one that viewers use. Where neither is open, it
 * has nothing to ask, and a process that is there counts as well. That Kafka is away is no illness: whoever starts ill containers anew would only make
 * it longer. `health.mjs readyz` asks for that too.
 */
const { SLUICE_METRICS_PORT: figures, SLUICE_PORT: viewers = '8080' } = process.env;
const answer = await fetch(`http://127.0.0.1:${figures ?? viewers}/${process.argv[2] ?? 'livez'}`).catch(
  () => undefined,
);
process.exitCode = (answer?.ok ?? figures === undefined) ? 0 : 1;
