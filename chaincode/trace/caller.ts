import { X509Certificate } from 'node:crypto';
// Node 20 loads it half where `toLegacyObject` is called before anything else has loaded it.
import 'node:tls';
import type fabric from 'fabric-contract-api';

/** NodeOU of an organisation's administrators, as `cryptogen` and Fabric's CA name it. */
const ADMIN_OU = 'admin';

/** Whether the client's certificate has the NodeOU of administrators. The peer has verified its chain before. */
export function isAdmin(context: fabric.Context): boolean {
  const certificate = new X509Certificate(context.clientIdentity.getIDBytes());
  // Typed as a text, but a list where there are several.
  const units: unknown = certificate.toLegacyObject().subject.OU;
  return Array.isArray(units) ? units.includes(ADMIN_OU) : units === ADMIN_OU;
}

/** The MSP of the organisation whose client makes the call. The peer has verified that the certificate is one of it. */
export function mspIdOf(context: fabric.Context): string {
  return context.clientIdentity.getMSPID();
}
