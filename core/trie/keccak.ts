// Keccak-256 in plain JavaScript. A lane of 64 bits is two numbers of 32, the lower half first.

const RATE = 136;
const LANES = 25;
const ROUNDS = 24;
const HASH_BYTES = 32;

/** Per step of the permutation's pi: where a lane goes, and by how many bits it is rotated. Source: FIPS 202, section 3.2.2. */
const STEPS = stepsOf();
/** Halves of the constants of the rounds. */
const ROUND_CONSTANTS = roundConstants();

const state = new Int32Array(2 * LANES);
const before = new Int32Array(2 * LANES);
const columns = new Int32Array(10);

/** Keccak-256, as Ethereum uses it (not SHA3-256, whose padding differs): 32 bytes. Source: FIPS 202, sections 3 and 4. */
export function keccak256(bytes: Uint8Array): Uint8Array {
  const message = new Uint8Array(RATE * (Math.floor(bytes.length / RATE) + 1));
  message.set(bytes);
  message[bytes.length] = 1;
  message[message.length - 1] = (message.at(-1) ?? 0) | 0x80;
  const view = new DataView(message.buffer);
  state.fill(0);
  for (let at = 0; at < message.length; at += RATE) {
    for (let i = 0; i < RATE / 4; i++) state[i] = half(state, i) ^ view.getInt32(at + 4 * i, true);
    for (let round = 0; round < ROUNDS; round++) permute(round);
  }
  const hash = new DataView(new ArrayBuffer(HASH_BYTES));
  for (let i = 0; i < HASH_BYTES / 4; i++) hash.setInt32(4 * i, half(state, i), true);
  return new Uint8Array(hash.buffer);
}

/** The root of a trie without keys: Keccak-256 of the RLP of an empty string. */
export const EMPTY_TRIE_ROOT: Uint8Array = keccak256(Uint8Array.of(0x80));

function permute(round: number): void {
  // Theta.
  for (let i = 0; i < 10; i++) {
    columns[i] =
      half(state, i) ^ half(state, i + 10) ^ half(state, i + 20) ^ half(state, i + 30) ^ half(state, i + 40);
  }
  for (let x = 0; x < 10; x += 2) {
    const low = half(columns, (x + 2) % 10);
    const high = half(columns, (x + 3) % 10);
    const lowMix = half(columns, (x + 8) % 10) ^ rotated(low, high, 1);
    const highMix = half(columns, (x + 9) % 10) ^ rotated(high, low, 1);
    for (let i = x; i < 2 * LANES; i += 10) {
      before[i] = half(state, i) ^ lowMix;
      before[i + 1] = half(state, i + 1) ^ highMix;
    }
  }
  // Rho and pi.
  let low = half(before, 2);
  let high = half(before, 3);
  for (let step = 0; step < STEPS.length; step += 2) {
    const to = half(STEPS, step);
    const bits = half(STEPS, step + 1);
    const nextLow = half(before, to);
    const nextHigh = half(before, to + 1);
    before[to] = rotated(low, high, bits);
    before[to + 1] = rotated(high, low, bits);
    low = nextLow;
    high = nextHigh;
  }
  // Chi.
  for (let row = 0; row < 2 * LANES; row += 10) {
    for (let i = row; i < row + 6; i++)
      state[i] = chi(half(before, i), half(before, i + 2), half(before, i + 4));
    for (let i = row; i < row + 2; i++) {
      const first = half(before, i);
      const last = half(before, i + 8);
      state[i + 6] = chi(half(before, i + 6), last, first);
      state[i + 8] = chi(last, first, half(before, i + 2));
    }
  }
  // Iota.
  state[0] = half(state, 0) ^ half(ROUND_CONSTANTS, 2 * round);
  state[1] = half(state, 1) ^ half(ROUND_CONSTANTS, 2 * round + 1);
}

function chi(one: number, next: number, second: number): number {
  return one ^ (~next & second);
}

/** One half of a lane that is rotated to the left; `other` is its other half. */
function rotated(one: number, other: number, bits: number): number {
  return bits < 32 ? (one << bits) | (other >>> (32 - bits)) : (other << (bits - 32)) | (one >>> (64 - bits));
}

function half(lanes: Int32Array, i: number): number {
  return lanes[i] ?? 0;
}

function stepsOf(): Int32Array {
  const steps = new Int32Array(2 * (LANES - 1));
  let [x, y] = [1, 0];
  for (let t = 0; t < LANES - 1; t++) {
    [x, y] = [y, (2 * x + 3 * y) % 5];
    steps.set([2 * (x + 5 * y), (((t + 1) * (t + 2)) / 2) % 64], 2 * t);
  }
  return steps;
}

/** Bits 2^j - 1 of each come from a register that is shifted. Source: FIPS 202, section 3.2.5. */
function roundConstants(): Int32Array {
  const constants = new Int32Array(2 * ROUNDS);
  let register = 1;
  for (let round = 0; round < ROUNDS; round++) {
    for (let j = 0; j < 7; j++) {
      const bit = 2 ** j - 1;
      const at = 2 * round + (bit >> 5);
      if ((register & 1) === 1) constants[at] = half(constants, at) | (1 << (bit & 31));
      register = (register << 1) ^ ((register >> 7) * 0x171);
    }
  }
  return constants;
}
