import { checkSealing } from '../client/check-sealing.js';
import type { ClientContext } from '../client/client-config.js';
import { EXIT, type Output } from './output.js';

/**
 * `cotrace consortium check`: exit code 1 where the network's channels or definitions do not fit the quorum, or would let no
 * cycle be sealed after the update in a file (null: none).
 */
export async function checkConsortium(
  context: ClientContext,
  update: string | null,
  output: Output,
): Promise<number> {
  const problems = await checkSealing(context, update);
  output.result({ problems }, () =>
    problems.length > 0 ? problems : ['members can seal: channels and definitions fit the quorum'],
  );
  return problems.length > 0 ? EXIT.failed : EXIT.done;
}
