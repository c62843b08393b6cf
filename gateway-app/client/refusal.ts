import { decodeRefusal, type RefusalBody } from '@cotrace/chaincode';
import { EndorseError } from '@hyperledger/fabric-gateway';

/** The contract's refusal in an endorsement error, or null where Fabric itself failed. */
export function refusalOf(error: unknown): RefusalBody | null {
  if (!(error instanceof EndorseError)) return null;
  const refusals = error.details.map(({ message }) => decodeRefusal(message));
  return refusals.find((refusal) => refusal !== null) ?? null;
}
