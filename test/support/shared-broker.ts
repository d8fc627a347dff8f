/** The environment variable by which the address of the shared broker reaches every test process of a run. */
export const sharedBrokerVariable = 'SLUICE_TEST_BOOTSTRAP_SERVERS';
