import { CotraceError } from '@cotrace/core';
import type { Consortium } from './consortium/consortium.js';
import { readConsortium } from './consortium/read.js';
import { findNode, type NodeConfig, type RunningNode } from './node/node-config.js';
import { loadAttester, loadNodeTls, loadSubmitter } from './node/node-identity.js';
import { readProcessConfig } from './node/process-config.js';

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
    // All of them, before any has begun.
    for (const node of config.nodes) checkNode(node, consortium);
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

/** Checks what can be checked of a node without starting it. Throws `CONFIG`, `IDENTITY`, `TLS_FOLDER`. */
function checkNode(config: NodeConfig, consortium: Consortium): void {
  const node = findNode(consortium, config.name, roleOf(config, consortium));
  loadNodeTls(config.tlsDir, node, consortium);
  if (node.role !== 'master') return;
  loadAttester(config.mspDir, node, consortium);
  if (config.contract !== undefined) loadSubmitter(config.contract.mspDir, node, consortium);
}

/** Loads only what the role needs: a business node has no use for Fabric's client, which takes a while. */
async function startNode(node: NodeConfig, consortium: Consortium): Promise<RunningNode> {
  if (roleOf(node, consortium) === 'master') {
    const { startMaster } = await import('./master/master-node.js');
    return startMaster(node, consortium);
  }
  const { startBusinessNode } = await import('./business/business-node.js');
  return startBusinessNode(node, consortium);
}

function roleOf({ name }: NodeConfig, consortium: Consortium): 'master' | 'business' {
  const role = consortium.nodes.find((node) => node.name === name)?.role;
  if (role === 'master' || role === 'business') return role;
  const found = role === undefined ? 'none of that name' : `a ${role} of that name`;
  throw new CotraceError('CONFIG', `the consortium file has no node ${name} to run here, but ${found}`, {
    name,
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
