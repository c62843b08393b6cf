import { join } from 'node:path';
import { Msp, MspManager, hostEcdsa, type SignatureVerifier } from '@cotrace/fabric-model';
import { mspConfigOfFolder } from '../../config/msp-folder.js';
import type { CryptoLayout } from '../../identity/layout.js';
import { loadIdentity } from '../../identity/signer.js';
import type { Organisation } from '../../topology.js';
import type { Channel } from '../channel/channel.js';
import { InstalledChaincodes } from '../chaincode/installed.js';
import { JoinedChannels } from './joined.js';
import { DevnetPeer } from './peer.js';

/** A peer with the organisation that it belongs to. */
export interface OrganisationPeer {
  readonly organisation: Organisation;
  readonly peer: DevnetPeer;
}

/** What the peers share. Times in milliseconds. */
export interface PeerSettings {
  readonly organisations: readonly Organisation[];
  readonly layout: CryptoLayout;
  readonly channels: ReadonlyMap<string, Channel>;
  /** Folder with one folder of chaincodes for each peer. */
  readonly chaincodesDir: string;
  /** Folder with a file for each peer that joined channels later. */
  readonly joinedDir: string;
  /** What fills the templates in chaincode packages, by the short name of the organisation. */
  readonly chaincodeConfig: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly verifier: SignatureVerifier;
  readonly executeTimeout: number;
  readonly startupTimeout: number;
}

/** One peer for each organisation, in their order. */
export function makePeers(settings: PeerSettings): OrganisationPeer[] {
  return settings.organisations.map((organisation) => ({
    organisation,
    peer: makePeer(settings, organisation),
  }));
}

function makePeer(settings: PeerSettings, organisation: Organisation): DevnetPeer {
  const { layout, channels, verifier, executeTimeout, startupTimeout } = settings;
  const { mspId, name } = organisation;
  const { config } = mspConfigOfFolder(join(layout.organisation(organisation), 'msp'), mspId);
  return new DevnetPeer({
    identity: loadIdentity(join(layout.peer(organisation), 'msp'), mspId),
    localManager: new MspManager([Msp.fromConfig(config, hostEcdsa)], verifier),
    channels,
    joined: new JoinedChannels(
      join(settings.joinedDir, `${name}.json`),
      organisation.founder === false ? [] : channels.keys(),
    ),
    installed: new InstalledChaincodes(
      join(settings.chaincodesDir, name),
      settings.chaincodeConfig[name] ?? {},
    ),
    executeTimeout,
    startupTimeout,
  });
}
