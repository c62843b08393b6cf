import { canonicalJson, rowsAndMarks } from '@cotrace/core';
import { type Connections, readEpcisFile, runInOrder } from '@cotrace/gateway-app';
import type { LoadResult } from './capture-load.js';

/**
 * Submits the same transactions as `captureLoad` through Fabric's gateway and nothing else: no master is asked for
 * hints, nothing is tried again. Every identifier of the document must be new.
 */
export async function plainLoad(
  connections: Connections,
  document: string,
  inFlight: number,
): Promise<Omit<LoadResult, 'byDomain'>> {
  const start = performance.now();
  const tasks = readEpcisFile(document, 'generated').events.map(({ result, path }) => {
    if (!result.ok) throw new Error(`the generated ${path} is refused: ${JSON.stringify(result.errors)}`);
    const { domain, record } = result;
    const { rows: ids } = rowsAndMarks(record);
    const hints = ids.map((id) => ({ id, preTraceTxId: null, preTraceHash: null }));
    return {
      keys: ids.map((id) => `${domain}/${id}`),
      run: async () => {
        const turn = performance.now();
        const args = [canonicalJson(record), canonicalJson(hints)];
        await connections.peer.contract(domain).submit({ name: 'capture', args });
        return performance.now() - turn;
      },
    };
  });
  const latencies = await runInOrder(tasks, inFlight);
  return { records: tasks.length, seconds: (performance.now() - start) / 1000, latencies };
}
