import type { DevnetInfo, NetworkInfo } from '@cotrace/network';
import type { JsonShape } from '@cotrace/verifier';
import { ADDRESS, ADDRESS_RULE } from '../../settings/address.js';
import { readJsonFile } from '../../settings/json-file.js';
import { MAX_PROCESS_ID } from '../limits.js';

type NodeAddress = NetworkInfo['orderer'];

const MAX_CHANNELS = 2;

/** What the embedded network's process has written at `path`; undefined where there is no file. Throws `CONFIG`. */
export function readDevnetInfo(path: string): DevnetInfo | undefined {
  return readJsonFile(path, 'remove the file and run `cotrace network up`', (root): DevnetInfo => {
    root.only(['peers', 'orderer', 'cryptoDir', 'channels', 'processId']);
    const peers = root.object('peers');
    return {
      peers: Object.fromEntries(peers.names().map((name) => [name, nodeOf(peers.object(name))])),
      orderer: nodeOf(root.object('orderer')),
      cryptoDir: root.text('cryptoDir'),
      channels: root.list('channels', MAX_CHANNELS).map((channel) => {
        channel.only(['name', 'genesisHeaderHash']);
        channel.hash('genesisHeaderHash');
        return { name: channel.text('name'), genesisHeaderHash: channel.text('genesisHeaderHash') };
      }),
      processId: root.integer('processId', 1, MAX_PROCESS_ID),
    };
  });
}

function nodeOf(shape: JsonShape): NodeAddress {
  shape.only(['name', 'mspId', 'address']);
  return {
    name: shape.text('name'),
    mspId: shape.text('mspId'),
    address: shape.textLike('address', ADDRESS, ADDRESS_RULE),
  };
}
