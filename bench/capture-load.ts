import { rowsAndMarks } from '@cotrace/core';
import {
  CaptureClient,
  type Connections,
  type KeyedTask,
  readEpcisFile,
  runInOrder,
} from '@cotrace/gateway-app';

/** How a load went. */
export interface LoadResult {
  readonly records: number;
  /** Records by domain. */
  readonly byDomain: ReadonlyMap<string, number>;
  /** From reading the document to the last commit, in seconds. */
  readonly seconds: number;
  /** Per record, in milliseconds: from its turn to its commit, hints, endorsement, ordering and retries included. */
  readonly latencies: readonly number[];
}

/** Captures an EPCIS document as `cotrace capture` does, at most `inFlight` records at a time. */
export async function captureLoad(
  connections: Connections,
  document: string,
  inFlight: number,
  signal: AbortSignal,
): Promise<LoadResult> {
  const client = new CaptureClient(connections);
  const byDomain = new Map<string, number>();
  const start = performance.now();
  const tasks = readEpcisFile(document, 'generated').events.map(({ result, path }): KeyedTask<number> => {
    if (!result.ok) throw new Error(`the generated ${path} is refused: ${JSON.stringify(result.errors)}`);
    const { domain, record } = result;
    byDomain.set(domain, (byDomain.get(domain) ?? 0) + 1);
    return {
      keys: rowsAndMarks(record).rows.map((id) => `${domain}/${id}`),
      run: async () => {
        const turn = performance.now();
        const { status } = await client.capture(domain, record, signal);
        if (status !== 'recorded') throw new Error(`the generated ${path} is ${status}`);
        return performance.now() - turn;
      },
    };
  });
  const latencies = await runInOrder(tasks, inFlight);
  return { records: tasks.length, byDomain, seconds: (performance.now() - start) / 1000, latencies };
}
