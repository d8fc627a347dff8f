/** A real Kafka that asks for rights (KRaft's StandardAuthorizer), with a user for each set of them. */
import {
  AclOperations,
  Connection,
  createAclsV3,
  ResourcePatternTypes,
  ResourceTypes,
} from '@platformatic/kafka';
import { type RunningBroker, startBroker } from '../../../src/broker/broker.ts';
import type { Right } from './rights.ts';

/** User -> the rights that he has, and no others. */
export type Users = ReadonlyMap<string, readonly Right[]>;

const module = 'org.apache.kafka.common.security.plain.PlainLoginModule';

/** Starts the broker and grants the rights. Whoever comes by its plaintext listener may do everything. */
export async function startWithRights(users: Users): Promise<RunningBroker> {
  const passwords = [...users.keys()].map((name) => `user_${name}="${name}-secret"`).join(' ');
  const broker = await startBroker({
    listeners: { SASL: { protocol: 'SASL_PLAINTEXT' } },
    properties: {
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'super.users': 'User:ANONYMOUS',
      'listener.name.sasl.sasl.enabled.mechanisms': 'PLAIN',
      'listener.name.sasl.plain.sasl.jaas.config': `${module} required ${passwords};`,
    },
  });
  try {
    await grant(broker.bootstrapServers, users);
    return broker;
  } catch (error) {
    await broker.stop();
    throw error;
  }
}

async function grant(bootstrapServers: string, users: Users): Promise<void> {
  const [host = '', port] = bootstrapServers.split(':');
  const connection = new Connection('administrator');
  await connection.connect(host, Number(port));
  const acls = [...users].flatMap(([user, rights]) =>
    rights.map(({ operation, kind, name, isPrefix }) => ({
      resourceType: kind === 'Topic' ? ResourceTypes.TOPIC : ResourceTypes.GROUP,
      resourceName: name,
      resourcePatternType: isPrefix ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL,
      principal: `User:${user}`,
      host: '*',
      operation: operationOf(operation),
      permissionType: 3 as const,
    })),
  );
  await createAclsV3.api.async(connection, acls);
  await connection.close();
}

/** `DescribeConfigs` -> the library's `DESCRIBE_CONFIGS`. */
function operationOf(name: string) {
  const key = name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase() as keyof typeof AclOperations;
  return AclOperations[key];
}
