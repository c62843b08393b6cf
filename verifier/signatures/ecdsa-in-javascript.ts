// What is loaded only where WebCrypto cannot answer: the curves in JavaScript are as large as all the rest of a verifier.
export { pureEcdsa } from '@cotrace/fabric-model';
