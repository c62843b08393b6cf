import type { ChannelConfig } from '../config/channel-config.js';
import { refused } from './refused.js';

/** The capabilities that Fabric 3.1 has, by who must have them. Source: Fabric `common/capabilities`. */
const KNOWN = {
  Channel: ['V1_1', 'V1_3', 'V1_4_2', 'V1_4_3', 'V2_0', 'V3_0'],
  Orderer: ['V1_1', 'V1_4_2', 'V2_0'],
  Application: [
    'V1_1',
    'V1_2',
    'V1_3',
    'V1_4_2',
    'V2_0',
    'V2_5',
    'V1_1_PVTDATA_EXPERIMENTAL',
    'V1_1_RESOURCETREE_EXPERIMENTAL',
  ],
} as const;
const MIGRATION = ['V1_4_2', 'V1_4_3', 'V2_0', 'V3_0'];
const ORDERER_MIGRATION = ['V1_4_2', 'V2_0'];
const ACLS = ['V1_2', 'V1_3', 'V1_4_2', 'V2_0', 'V2_5'];
const BFT = 'V3_0';

type Capabilities = ChannelConfig['capabilities'];

/**
 * Checks that a configuration asks for no capability that nobody has. Throws `CONFIG_UPDATE`, of the channel and of orderers in Fabric's words;
 * those of the application Fabric's orderers let pass, and its peers end.
 */
export function checkCapabilities({ orderer, channel, application }: Capabilities): void {
  checkKnown('Orderer', orderer);
  checkKnown('Channel', channel);
  checkKnown('Application', application);
}

function checkKnown(part: keyof typeof KNOWN, names: readonly string[]): void {
  const known: readonly string[] = KNOWN[part];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const reason = `${part} capability ${unknown} is required but not supported`;
  const where = `config requires unsupported ${part.toLowerCase()} capabilities: ${reason}`;
  throw refused(`config update is not compatible: ${where}: ${reason}`);
}

/** Whether addresses of orderers belong to their organisations, and the consensus may be migrated. */
export function migrates({ channel }: Capabilities): boolean {
  return channel.some((name) => MIGRATION.includes(name));
}

/** Whether orderers know of the migration of the consensus. */
export function orderersMigrate({ orderer }: Capabilities): boolean {
  return orderer.some((name) => ORDERER_MIGRATION.includes(name));
}

/** Whether the channel may be ordered by BFT, and has no addresses of orderers but those of organisations. */
export function allowsBft({ channel }: Capabilities): boolean {
  return channel.includes(BFT);
}

/** Whether the channel may say who may use a resource. */
export function allowsAcls({ application }: Capabilities): boolean {
  return application.some((name) => ACLS.includes(name));
}
