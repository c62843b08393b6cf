import type { Shape } from '@cotrace/core';
import type { DevnetInfo, NetworkInfo } from '@cotrace/network';
import { ADDRESS } from '../../settings/address.js';
import { readJsonFile } from '../../settings/json-file.js';
import { MAX_PROCESS_ID } from '../limits.js';

type NodeAddress = NetworkInfo['orderer'];

const MAX_CHANNELS = 2;

/** What the embedded network's process has written at `path`; null where there is no file. Throws `CONFIG`. */
export function readDevnetInfo(path: string): DevnetInfo | null {
  return readJsonFile(path, 'remove the file and run `cotrace network up`', (root): DevnetInfo => {
    root.only(['peers', 'orderer', 'cryptoDir', 'channels', 'processId']);
    const peers = root.at('peers');
    return {
      peers: Object.fromEntries(peers.names().map((name) => [name, nodeOf(peers.at(name))])),
      orderer: nodeOf(root.at('orderer')),
      cryptoDir: root.at('cryptoDir').text(),
      channels: root.at('channels').items(MAX_CHANNELS).map(channelOf),
      processId: root.at('processId').integer(1, MAX_PROCESS_ID),
    };
  });
}

function channelOf(shape: Shape): NetworkInfo['channels'][number] {
  shape.only(['name', 'genesisHeaderHash']);
  const genesis = shape.at('genesisHeaderHash');
  genesis.hash();
  return { name: shape.at('name').text(), genesisHeaderHash: genesis.text() };
}

function nodeOf(shape: Shape): NodeAddress {
  shape.only(['name', 'mspId', 'address']);
  return {
    name: shape.at('name').text(),
    mspId: shape.at('mspId').text(),
    address: shape.at('address').text(ADDRESS),
  };
}
