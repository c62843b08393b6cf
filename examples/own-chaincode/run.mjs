// Runs the contract in `contract/` beside the trace contract, as a chaincode of its own, calls it, and proves what it has
// written:
//
//   node examples/own-chaincode/run.mjs HOME ADDRESS TRACEID
//
// HOME: the folder of a network that runs (.cotrace). ADDRESS: where the peers find the chaincode, such as 127.0.0.1:9997.
// TRACEID: a product that `production` has a record of, in canonical form.
import { join } from 'node:path';
import { findStates, loadTrust, openSession } from '@cotrace/gateway-app';
import { servicePackage } from '@cotrace/network';
import { verifyStates } from '@cotrace/verifier';
import { EndorseError } from '@hyperledger/fabric-gateway';
import { connectToPeer } from './connect.mjs';
import { deploy } from './deploy.mjs';
import { startService } from './service.mjs';

const NAME = 'recall';
const DOMAIN = 'production';

const [home, address, traceId] = process.argv.slice(2);
if (home === undefined || address === undefined || traceId === undefined) {
  throw new Error('usage: run.mjs HOME ADDRESS TRACEID');
}

// A package says only where the service is: it stays the same while the contract changes.
const chaincode = await servicePackage('recall_1', address);
const service = await startService(address, chaincode.id);
const session = openSession({ home });
const { organisation, consortium, identity } = session.context;
const { gateway, close } = connectToPeer(organisation, identity);
try {
  await deploy(home, consortium, NAME, chaincode);
  console.log(`chaincode ${NAME} is on ${consortium.channels.main.name}, its service at ${address}`);

  const contract = gateway.getNetwork(consortium.channels.main.name).getContract(NAME);
  await contract.submitTransaction('announce', DOMAIN, traceId, 'glass found in a sack');
  const recall = await contract.evaluateTransaction('read', traceId);
  console.log(`recalled: ${Buffer.from(recall).toString()}`);

  try {
    await contract.submitTransaction('announce', DOMAIN, `${traceId}0`, 'nobody has recorded it');
  } catch (error) {
    if (!(error instanceof EndorseError)) throw error;
    console.log(`refused: ${error.details[0]?.message ?? error.message}`);
  }

  // Masters attest the state of every chaincode: it is proven like that of the domains.
  const question = { domain: NAME, key: `recall/${traceId}` };
  const trust = loadTrust(join(home, 'trust.json'));
  const { asOf, states } = verifyStates([question], await findStates(session, [question], trust), trust);
  console.log(`proven as of block ${asOf.block}: ${Buffer.from(states[0]?.value ?? []).toString()}`);
  console.log(`attested by ${asOf.attestedBy.join(', ')}`);
} finally {
  close();
  session.close();
  service.kill();
}
