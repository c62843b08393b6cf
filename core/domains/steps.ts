/**
 * Business steps (CBV 2.0, section 7.1) that every domain sees: goods are marked, moved, kept, counted, examined
 * and given up at every stage of a chain.
 */
export const HANDLING_STEPS = [
  'accepting',
  'arriving',
  'collecting',
  'commissioning',
  'consigning',
  'cycle_counting',
  'decommissioning',
  'departing',
  'destroying',
  'encoding',
  'entering_exiting',
  'holding',
  'inspecting',
  'loading',
  'other',
  'packing',
  'picking',
  'receiving',
  'reserving',
  'sampling',
  'sensor_reporting',
  'shipping',
  'staging_outbound',
  'stock_taking',
  'storing',
  'transporting',
  'unloading',
  'unpacking',
  'void_shipping',
] as const;

/** The other business steps: each is of some stages of a chain. */
const STAGE_STEPS = [
  'assembling',
  'creating_class_instance',
  'disassembling',
  'dispensing',
  'installing',
  'killing',
  'removing',
  'repackaging',
  'repairing',
  'replacing',
  'retail_selling',
  'stocking',
] as const;

/** A word of the Core Business Vocabulary 2.0 for a business step. */
export type BusinessStep = (typeof HANDLING_STEPS | typeof STAGE_STEPS)[number];

/** Every business step of the vocabulary, sorted. */
export const BUSINESS_STEPS: readonly BusinessStep[] = [...HANDLING_STEPS, ...STAGE_STEPS].sort();
