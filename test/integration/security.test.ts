import { after, before, describe } from 'node:test';
import { type SecureCluster, startSecureCluster } from './security/cluster.ts';
import { commandLineTests } from './security/command-line.ts';
import { passwordTests } from './security/passwords.ts';
import { tlsTests } from './security/tls.ts';
import { tokenTests } from './security/tokens.ts';

// Much of this is waiting, for sessions to end and brokers to refuse: the groups do it side by side.
describe('Connections to a cluster that asks for security', { concurrency: true }, () => {
  let cluster: SecureCluster;
  before(async () => {
    cluster = await startSecureCluster();
  });
  after(() => cluster?.stop());
  describe('TLS', { concurrency: 1 }, () => tlsTests(() => cluster));
  describe('Passwords', { concurrency: 1 }, () => passwordTests(() => cluster));
  describe('Tokens', { concurrency: 1 }, () => tokenTests(() => cluster));
  describe('The command line', { concurrency: 1 }, () => commandLineTests(() => cluster));
});
