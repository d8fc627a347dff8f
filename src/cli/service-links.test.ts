import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutServiceLinks } from './service-links.ts';

/** What Kubernetes sets for a Service with one port that has a name. */
function service(name: string, address: string, port: number): Record<string, string> {
  return {
    [`${name}_SERVICE_HOST`]: address,
    [`${name}_SERVICE_PORT`]: String(port),
    [`${name}_SERVICE_PORT_HTTP`]: String(port),
    [`${name}_PORT`]: `tcp://${address}:${port}`,
    [`${name}_PORT_${port}_TCP`]: `tcp://${address}:${port}`,
    [`${name}_PORT_${port}_TCP_PROTO`]: 'tcp',
    [`${name}_PORT_${port}_TCP_PORT`]: String(port),
    [`${name}_PORT_${port}_TCP_ADDR`]: address,
  };
}

const sluice = service('SLUICE', '10.0.0.1', 8080);

test('a Service of our name is not ours, with IPv6 and other protocols too', () => {
  const udp = {
    SLUICE_PORT: 'udp://10.0.0.1:53',
    SLUICE_PORT_53_UDP: 'udp://10.0.0.1:53',
    SLUICE_PORT_53_UDP_ADDR: '10.0.0.1',
  };
  for (const variables of [sluice, service('SLUICE', 'fd00::1', 80), udp]) {
    const { own, linked, doubtful } = withoutServiceLinks({ PATH: '/bin', ...variables });
    assert.deepEqual(own, { PATH: '/bin' });
    assert.deepEqual([...linked].sort(), Object.keys(variables).sort());
    assert.deepEqual(doubtful, []);
  }
});

test('what the user sets beside it is kept', () => {
  const user = {
    SLUICE_PORT: '8081',
    SLUICE_HOST: '0.0.0.0',
    SLUICE_NAME: 'till',
    SLUICE_TOPIC: 'files',
    SLUICE_TOPPIC: 'x',
  };
  assert.deepEqual(withoutServiceLinks({ ...sluice, ...user }).own, user);
});

test('a host that is the address of the Service is the platform’s', () => {
  const { own } = withoutServiceLinks({ ...sluice, SLUICE_HOST: '10.0.0.1' });
  assert.deepEqual(own, {});
});

test('without any Service, all is the user’s', () => {
  const user = {
    SLUICE_PORT: '8081',
    SLUICE_HOST: '10.0.0.1',
    SLUICE_NAME: '/a/b',
    SLUICE_ENV_X: '1',
    HOME: '/',
  };
  assert.deepEqual(withoutServiceLinks(user), { own: user, linked: [], doubtful: [] });
});

test('Services whose names begin so: none of their variables is a setting or a property', () => {
  for (const name of [
    'SLUICE_BOOTSTRAP_SERVERS',
    'SLUICE_CLIENT',
    'SLUICE_SASL',
    'SLUICE_HOST',
    'SLUICE_RTMP',
  ]) {
    const { own, doubtful } = withoutServiceLinks({
      ...service(name, '10.0.0.2', 1935),
      SLUICE_BOOTSTRAP_SERVERS: 'k:9092',
    });
    assert.deepEqual(own, { SLUICE_BOOTSTRAP_SERVERS: 'k:9092' }, name);
    assert.deepEqual(doubtful, []);
  }
});

test('a link of Docker', () => {
  const docker = {
    SLUICE_NAME: '/web/sluice',
    SLUICE_PORT: 'tcp://172.17.0.5:8080',
    SLUICE_PORT_8080_TCP: 'tcp://172.17.0.5:8080',
    SLUICE_PORT_8080_TCP_PORT_START: '8080',
    SLUICE_ENV_NODE_VERSION: '24.12.0',
  };
  assert.deepEqual(withoutServiceLinks(docker).own, {});
});

test('a link alone is not used, and doubtful', () => {
  const { own, linked, doubtful } = withoutServiceLinks({ SLUICE_PORT: 'tcp://10.0.0.1:8080' });
  assert.deepEqual([own, linked, doubtful], [{}, [], ['SLUICE_PORT']]);
});
