// A client that knows Fabric and docs/formats.md, and nothing of Cotrace's code. Captures records in a domain, each once the
// one before is committed, and reads them back:
//
//   node examples/plain-client/run.mjs CLIENT_FILE DOMAIN RECORD_FILE…
import { readFileSync } from 'node:fs';
import { connectAs } from './connect.mjs';
import { capture, history, readRecord } from './trace-contract.mjs';

const [clientFile, domain, ...recordFiles] = process.argv.slice(2);
if (clientFile === undefined || domain === undefined || recordFiles.length === 0) {
  throw new Error('usage: run.mjs CLIENT_FILE DOMAIN RECORD_FILE…');
}

const { network, close } = connectAs(clientFile);
try {
  /** @type {Set<string>} */
  const ids = new Set();
  for (const file of recordFiles) {
    const record = JSON.parse(readFileSync(file, 'utf8'));
    const { recordId, txId, block } = await capture(network, domain, record);
    console.log(
      `${record.step}: ${block === undefined ? 'recorded before' : `committed in block ${block}`}, transaction ${txId}`,
    );
    const { eventTime, traces } = await readRecord(network, domain, recordId);
    for (const { id, role, ver, preTraceTxId } of traces) {
      if (ver === null) continue;
      console.log(`  ${eventTime}  ${role} ${id}, record ${ver}, after ${preTraceTxId ?? 'none'}`);
      ids.add(id);
    }
  }
  for (const id of ids) {
    console.log(`${id} in ${domain}, newest first:`);
    for (const { row, txId } of await history(network, domain, id)) {
      if (row === null) continue;
      const { step, eventTime } = await readRecord(network, domain, row.recordId);
      console.log(`  ${eventTime}  ${step}, transaction ${txId}`);
    }
  }
} finally {
  close();
}
