export { computeUpdate } from './compute.js';
export { checkMaintenance } from './maintenance.js';
export { checkConfiguration, proposeConfiguration } from './propose.js';
export { refused as refusedUpdate, UNPARSABLE } from './refused.js';
export { signUpdate, unsignedUpdate, type UpdateSigner } from './signing.js';
export { checkSuccessor } from './successor.js';
