import { join } from 'node:path';
import {
  addOrganisation,
  applicationOrganisation,
  loadIdentity,
  readTopology,
  removeOrganisation,
  updateChannel,
  type SigningIdentity,
} from '@cotrace/network';
import { Workspace } from '../../gateway-app/workspace/workspace.js';
import { devnet } from '../acceptance/backend.js';
import { membershipChanges } from '../membership/membership.js';

membershipChanges(devnet, async ({ home, orderer, layout }, { channel, what, organisation, signers }) => {
  const { organisations } = readTopology(new Workspace(home).topology);
  const named = (name: string) => {
    const found = organisations.find((candidate) => candidate.name === name);
    if (found === undefined) throw new RangeError(`there is no organisation ${name}`);
    return found;
  };
  const admins = signers.map((name): SigningIdentity => {
    const own = named(name);
    return loadIdentity(join(layout.user(own, 'Admin'), 'msp'), own.mspId);
  });
  const [first, ...others] = admins;
  if (first === undefined) throw new RangeError('somebody signs');
  const { mspId } = named(organisation);
  const change =
    what === 'joins'
      ? addOrganisation(mspId, applicationOrganisation(named(organisation), layout))
      : removeOrganisation(mspId);
  await updateChannel({ orderer, channel, changes: [change], signers: [first, ...others] });
});
