import { after, before, describe } from 'node:test';
import { type SecureCluster, startSecureCluster } from './security/cluster.ts';
import { commandLineTests } from './security/command-line.ts';
import { passwordTests } from './security/passwords.ts';
import { tlsTests } from './security/tls.ts';
import { tokenTests } from './security/tokens.ts';

describe('Connections to a cluster that asks for security', () => {
  let cluster: SecureCluster;
  before(async () => {
    cluster = await startSecureCluster();
  });
  after(() => cluster?.stop());
  tlsTests(() => cluster);
  passwordTests(() => cluster);
  tokenTests(() => cluster);
  commandLineTests(() => cluster);
});
