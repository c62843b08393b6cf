import { openSettings, addressOf, pathOf, textOf } from '../settings/settings-file.js';
import { MAX_TRIE_THREADS, TRIE_MIB } from './limits.js';
import type { NodeConfig, ProcessConfig } from './node-config.js';
import { MAX_PROCESS_NODES } from './limits.js';

/**
 * Reads the configuration of a process with nodes, YAML or JSON; paths in it are taken from its folder. Throws `CONFIG`
 * naming the line and the member that is wrong.
 */
export function readProcessConfig(path: string): ProcessConfig {
  const file = openSettings(path);
  file.root.only(['consortium', 'nodes']);
  const consortium = pathOf(file, file.root, 'consortium', 'the path of the consortium file');
  const nodes = file.root
    .list('nodes', 1, MAX_PROCESS_NODES, 'list at least one node')
    .map((node): NodeConfig => {
      node.only(['name', 'mspDir', 'tlsDir', 'storeDir', 'listen', 'trieThreads', 'trieMemory']);
      return {
        name: textOf(node, 'name', 'the name of the node in the consortium file'),
        mspDir: pathOf(file, node, 'mspDir', 'the path of an MSP folder'),
        tlsDir: pathOf(file, node, 'tlsDir', 'the path of a folder with TLS certificate and key'),
        storeDir: pathOf(file, node, 'storeDir', 'the path of the folder of the store'),
        ...(node.has('listen') ? { listen: addressOf(node, 'listen') } : {}),
        ...(node.has('trieThreads') ? { trieThreads: node.integer('trieThreads', 1, MAX_TRIE_THREADS) } : {}),
        ...(node.has('trieMemory')
          ? { trieMemory: node.integer('trieMemory', TRIE_MIB.least, TRIE_MIB.most) }
          : {}),
      };
    });
  for (const member of ['name', 'storeDir'] as const) {
    const values = nodes.map((node) => node[member]);
    const at = values.findIndex((value, i) => values.indexOf(value) < i);
    if (at >= 0) file.root.fail(`nodes[${at}].${member}`, `${values[at] ?? ''} is there twice; remove one`);
  }
  return { consortium, nodes };
}
