/** Groups by seeds: members come, freeze at any request, go on and die while versions of files flow. */
import { test } from 'node:test';
import { GroupFlow } from '../support/group-flow.ts';
import { playGroup } from '../support/group-play.ts';
import { inScope } from '../support/owner.ts';

test('Whatever becomes of its members, a group has every newest version in place, and each told by one', async () => {
  for (let seed = 1; seed <= 6; seed++)
    await inScope((owner) => playGroup(seed, (partitions) => new GroupFlow(owner, partitions)));
});
