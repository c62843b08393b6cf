import type { Shape, TextRule } from '@cotrace/core';
import { ADDRESS } from '../settings/address.js';
import { openSettings, pathOf, textOf, type SettingsFile } from '../settings/settings-file.js';
import type { ContractConfig, NodeConfig, ProcessConfig } from './node-config.js';
import { MAX_PROCESS_NODES, MAX_TRIE_THREADS, TRIE_MIB } from './limits.js';

/** Label and hash. Source: Fabric, core/chaincode/persistence/chaincode_package.go and persistence.go. */
const PACKAGE_ID: TextRule = {
  rule: 'the id of a chaincode package, LABEL:HASH, as `peer lifecycle chaincode calculatepackageid` prints it',
  like: /^[A-Za-z0-9][A-Za-z0-9_.+-]*:[0-9a-f]{64}$/,
};

/**
 * Reads the configuration of a process with nodes, YAML or JSON; paths in it are taken from its folder. Throws `CONFIG`
 * naming the line and the member that is wrong.
 */
export function readProcessConfig(path: string): ProcessConfig {
  const file = openSettings(path);
  file.root.only(['consortium', 'nodes']);
  const consortium = pathOf(file, file.root, 'consortium', 'the path of the consortium file');
  const items = file.root.at('nodes').items(MAX_PROCESS_NODES, 1, 'a list of nodes');
  const nodes = items.map((node) => nodeOf(file, node));
  for (const member of ['name', 'storeDir'] as const) {
    const seen = new Set<string>();
    for (const [i, { [member]: value }] of nodes.entries()) {
      if (seen.has(value)) items[i]?.at(member).fail(`is ${value}, which is listed twice; remove one`);
      seen.add(value);
    }
  }
  return { consortium, nodes };
}

function nodeOf(file: SettingsFile, node: Shape): NodeConfig {
  node.only(['name', 'mspDir', 'tlsDir', 'storeDir', 'listen', 'trieThreads', 'trieMemory', 'contract']);
  const listen = node.optional('listen')?.text(ADDRESS);
  const trieThreads = node.optional('trieThreads')?.integer(1, MAX_TRIE_THREADS);
  const trieMemory = node.optional('trieMemory')?.integer(TRIE_MIB.least, TRIE_MIB.most);
  const contract = node.optional('contract');
  return {
    name: textOf(node, 'name', 'the name of the node in the consortium file'),
    mspDir: pathOf(file, node, 'mspDir', 'the path of an MSP folder'),
    tlsDir: pathOf(file, node, 'tlsDir', 'the path of a folder with TLS certificate and key'),
    storeDir: pathOf(file, node, 'storeDir', 'the path of the folder of the store'),
    ...(listen !== undefined && { listen }),
    ...(trieThreads !== undefined && { trieThreads }),
    ...(trieMemory !== undefined && { trieMemory }),
    ...(contract !== null && { contract: contractOf(file, contract) }),
  };
}

function contractOf(file: SettingsFile, section: Shape): ContractConfig {
  section.only(['listen', 'packageId', 'tls', 'mspDir']);
  return {
    listen: section.at('listen').text(ADDRESS),
    packageId: section.at('packageId').text(PACKAGE_ID),
    tls: section.optional('tls')?.boolean() ?? false,
    mspDir: pathOf(file, section, 'mspDir', 'the path of an MSP folder with an identity of the role client'),
  };
}
