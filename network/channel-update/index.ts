export {
  addOrganisation,
  changeBatch,
  changedBy,
  removeOrganisation,
  revokeCertificates,
  setPolicy,
  type Change,
} from './changes.js';
export { readConfigurations, type ChannelConfigurations } from './configurations.js';
export { OrdererClient } from './orderer-client.js';
export { updateChannel, updateEnvelope, type ChannelUpdate } from './update-channel.js';
