import {
  addOrganisation,
  applicationOrganisation,
  removeOrganisation,
  updateChannel,
} from '@cotrace/network';
import { devnet } from '../acceptance/backend.js';
import { administratorsOf, organisationOf } from '../membership/changed-network.js';
import { membershipChanges } from '../membership/membership.js';

membershipChanges(devnet, async (network, { channel, what, organisation, signers }) => {
  const { topology, orderer, layout } = network;
  const named = organisationOf(topology, organisation);
  const change =
    what === 'joins'
      ? addOrganisation(named.mspId, applicationOrganisation(named, layout))
      : removeOrganisation(named.mspId);
  await updateChannel({
    ...{ orderer, channel, changes: [change] },
    signers: administratorsOf(network, signers),
  });
});
