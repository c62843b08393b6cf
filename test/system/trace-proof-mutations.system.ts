import { testMutatedProofs } from '../verifier/mutated-proofs.js';

testMutatedProofs(process.env['CI_DEEP'] === '1' ? 1_000_000 : 10_000, 10, 14_400_000);
