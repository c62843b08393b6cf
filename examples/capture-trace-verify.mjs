// Captures an EPCIS file on a network that runs, traces a product of it, and verifies the proof as anyone can who has the
// trust file:
//
//   node examples/capture-trace-verify.mjs CLIENT_FILE TRUST_FILE EPCIS_FILE TRACEID
//
// `cotrace network up` writes the first two: .cotrace/clients/org1.json and .cotrace/trust.json. Build first: npm run build.
import { readFileSync, writeFileSync } from 'node:fs';
import {
  captureFiles,
  DEFAULT_DOMAIN_RULES,
  loadTrust,
  openSession,
  trace,
  verify,
  writeRecordsProof,
} from '@cotrace/gateway-app';

const [client, trustFile, epcisFile, traceId] = process.argv.slice(2);
if (client === undefined || trustFile === undefined || epcisFile === undefined || traceId === undefined) {
  throw new Error('usage: capture-trace-verify.mjs CLIENT_FILE TRUST_FILE EPCIS_FILE TRACEID');
}
const trust = loadTrust(trustFile);

// A session holds the connections of one client; it connects when something is first asked.
const session = openSession({ client });
try {
  const { outcomes } = await captureFiles(
    session,
    [epcisFile],
    { inFlight: 16, rules: DEFAULT_DOMAIN_RULES },
    AbortSignal.timeout(60_000),
    { progress: (line) => console.error(line) },
  );
  for (const { path, status, domain, reasons } of outcomes) {
    console.log(`${path}: ${status} in ${domain ?? 'no domain'}`, ...reasons);
  }

  // What comes back has been verified; the proof lets others do the same.
  const { proof } = await trace(session, { traceId, direction: 'up' }, trust);
  writeFileSync('proof.json', writeRecordsProof(proof));
} finally {
  session.close();
}

// From here on there is no network: a verifier has a proof and a trust file, and nothing else.
const verified = await verify(readFileSync('proof.json'), readFileSync(trustFile));
if (!('records' in verified)) throw new Error('proof.json is another proof than the one just written');
console.log(`proven of ${traceId}:`);
const byTime = [...verified.records].sort((a, b) => (a.eventTime < b.eventTime ? -1 : 1));
for (const { eventTime, step, domain, block, txNum } of byTime) {
  console.log(`  ${eventTime}  ${step} in ${domain}, block ${block}, transaction ${txNum}`);
}
console.log(`attested by ${verified.attestedBy.join(', ')}`);
