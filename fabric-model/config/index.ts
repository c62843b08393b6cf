export { applicationOf, type Application } from './application.js';
export { ChannelConfig } from './channel-config.js';
export { goDuration } from './go-duration.js';
export { QUORUM_POLICY } from './quorum.js';
export type { OrdererSettings } from './orderer.js';
export type { ApplicationOrganization, Member, OrdererOrganization, Organization } from './organization.js';
