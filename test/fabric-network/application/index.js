'use strict';
// An application as they were written for fabric-network 2.2: a wallet in a folder, a connection profile, one gateway.
// It captures records in the trace contract of a domain and queries them, with nothing of Cotrace:
// `node index.js JOB.json` prints what came of it as JSON.
const { createHash } = require('node:crypto');
const { readFileSync } = require('node:fs');
const { Gateway, Wallets } = require('fabric-network');
const { common } = require('fabric-protos');

async function main(path) {
  const job = JSON.parse(readFileSync(path, 'utf8'));
  const wallet = await Wallets.newFileSystemWallet(job.wallet);
  await wallet.put('appUser', { ...job.identity, type: 'X.509' });
  const profile = JSON.parse(readFileSync(job.profile, 'utf8'));
  const gateway = new Gateway();
  await gateway.connect(profile, {
    wallet,
    identity: 'appUser',
    discovery: { enabled: job.discovery, asLocalhost: true },
  });
  try {
    const network = await gateway.getNetwork(job.channel);
    const contract = network.getContract(job.chaincode);
    const told = [];
    const listener = async ({ eventName, payload }) =>
      told.push({ eventName, ...JSON.parse(String(payload)) });
    await contract.addContractListener(listener);
    const captured = [];
    for (const record of job.records) captured.push(await capture(network, contract, record));
    const refusal = await capture(network, contract, job.records[0]).then(
      () => null,
      (error) => error.message,
    );
    const history = JSON.parse(await contract.evaluateTransaction('history', job.traceId));
    const record = JSON.parse(await contract.evaluateTransaction('readRecord', captured[0].recordId));
    contract.removeContractListener(listener);
    return { captured, told, refusal, history, record };
  } finally {
    gateway.disconnect();
  }
}

/** Submits a record with, for each identifier, the newest transaction and the hash of its block. */
async function capture(network, contract, record) {
  const ids = [...new Set(record.traces.map(({ id }) => id))];
  const hints = [];
  for (const id of ids) hints.push(await hintFor(network, contract, id));
  const transaction = contract.createTransaction('capture');
  const answer = await transaction.submit(JSON.stringify(record), JSON.stringify(hints));
  return { ...JSON.parse(String(answer)), txId: transaction.getTransactionId(), hints };
}

/** A listing refuses nothing where there is no trace yet, so that no error's text has to decide. */
async function hintFor(network, contract, id) {
  const { traces } = JSON.parse(await contract.evaluateTransaction('listTraces', id, '1', ''));
  const preTraceTxId = traces.find((trace) => trace.id === id)?.row.txId ?? null;
  if (preTraceTxId === null) return { id, preTraceTxId, preTraceHash: null };
  const channel = network.getChannel().name;
  const block = await network
    .getContract('qscc')
    .evaluateTransaction('GetBlockByTxID', channel, preTraceTxId);
  return { id, preTraceTxId, preTraceHash: headerHash(common.Block.decode(block).header) };
}

/** Fabric's header hash: SHA-256 of the DER sequence of number, previous hash and data hash. */
function headerHash({ number, previous_hash, data_hash }) {
  const digits = BigInt(number.toString()).toString(16);
  const magnitude = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
  const integer = magnitude[0] < 0x80 ? magnitude : Buffer.concat([Buffer.from([0]), magnitude]);
  const body = Buffer.concat([der(0x02, integer), der(0x04, previous_hash), der(0x04, data_hash)]);
  return createHash('sha256').update(der(0x30, body)).digest('hex');
}

function der(tag, content) {
  return Buffer.concat([Buffer.from([tag, content.length]), content]);
}

main(process.argv[2]).then(
  (result) => console.log(JSON.stringify(result)),
  (error) => {
    console.error(error);
    process.exitCode = 1;
  },
);
