import { CotraceError } from '@cotrace/core';
import { readConsortium, type Consortium } from '../consortium.js';
import type { NodeConfig, RunningNode } from './node-config.js';
import { readProcessConfig } from './process-config.js';

/**
 * Runs the nodes of one process until `signal` is aborted, and stops them then. Throws what starting or stopping a
 * node throws, and the failure of one that cannot go on; the others have been stopped by then.
 */
export async function runNodes(configPath: string, signal: AbortSignal): Promise<void> {
  const config = readProcessConfig(configPath);
  const consortium = readConsortium(config.consortium);
  const nodes: RunningNode[] = [];
  const failed = new AbortController();
  try {
    for (const node of config.nodes) {
      if (signal.aborted) break;
      const running = await startNode(node, consortium);
      running.failure.catch((error: unknown) => failed.abort(error));
      nodes.push(running);
    }
    await aborted(AbortSignal.any([signal, failed.signal]));
    failed.signal.throwIfAborted();
  } finally {
    await Promise.all(nodes.map((node) => node.stop()));
  }
}

/** Loads only what the role needs: a business node has no use for Fabric's client, which takes a while. */
async function startNode(node: NodeConfig, consortium: Consortium): Promise<RunningNode> {
  const entry = consortium.nodes.find(({ name }) => name === node.name);
  if (entry?.role === 'master') {
    const { startMaster } = await import('../master/master-node.js');
    return startMaster(node, consortium);
  }
  if (entry?.role === 'business') {
    const { startBusinessNode } = await import('../business/business-node.js');
    return startBusinessNode(node, consortium);
  }
  throw new CotraceError('CONFIG', `the consortium file has no node ${node.name}`, { name: node.name });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
