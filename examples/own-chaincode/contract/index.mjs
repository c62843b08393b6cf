// A contract of one's own: recalls of products that the trace contract knows.
import fabric from 'fabric-contract-api';

const { Contract } = fabric;

class RecallContract extends Contract {
  /**
   * Recalls a product of which `domain` has a record.
   * @param {fabric.Context} context
   * @param {string} domain
   * @param {string} traceId canonical
   * @param {string} reason
   */
  async announce({ stub, clientIdentity }, domain, traceId, reason) {
    // Another chaincode of the channel, here the trace contract under the name of a domain.
    const answer = await stub.invokeChaincode(domain, ['readTrace', traceId], stub.getChannelID());
    if (answer.status !== 200) throw new Error(`${domain} does not know ${traceId}: ${answer.message}`);
    // Only what every endorser finds alike may be written: no clock, nothing random.
    const recall = { reason, by: clientIdentity.getMSPID(), txId: stub.getTxID() };
    await stub.putState(`recall/${traceId}`, Buffer.from(JSON.stringify(recall)));
  }

  /**
   * The recall of a product, JSON; empty where there is none.
   * @param {fabric.Context} context
   * @param {string} traceId canonical
   */
  async read({ stub }, traceId) {
    return Buffer.from(await stub.getState(`recall/${traceId}`)).toString();
  }
}

/** What `fabric-chaincode-node` looks for. */
export const contracts = [RecallContract];
