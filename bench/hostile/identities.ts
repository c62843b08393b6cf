import { HOSTILE_IDENTITIES } from '@cotrace/fabric-model/hostile';
import type { HostileShape } from './growth.js';

/** Certificates, PEM texts, object identifiers and revocation lists, named by what reads them. */
export const identityShapes: readonly HostileShape[] = HOSTILE_IDENTITIES.map(([name, make, run]) => {
  const [parser = '', ...shape] = name.split(': ');
  return { parser, shape: shape.join(': '), make, run };
});
