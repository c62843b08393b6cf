export { ChannelConfig, type Member } from './channel-config.js';
export type { OrdererSettings } from './orderer.js';
export type { ApplicationOrganization, OrdererOrganization, Organization } from './organization.js';
