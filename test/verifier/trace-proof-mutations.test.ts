import { testMutatedProofs } from './mutated-proofs.js';

testMutatedProofs(100, 0);
