import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { create, toBinary } from '@bufbuild/protobuf';
import { sha256, utf8 } from '@cotrace/core';
import * as common from '../gen/fabric/common_pb.js';
import * as lifecycle from '../gen/fabric/lifecycle_pb.js';
import {
  approvalMismatches,
  approvalWrites,
  approvedPackage,
  approvedParameters,
  chaincodeSource,
  implicitCollection,
  implicitCollectionOf,
  parametersDifference,
} from './approval.js';
import { defaultDefinition, type ChaincodeParameters } from './definition.js';

const RUNS = process.env['CI_DEEP'] === '1' ? 10_000 : 100;

const parameters: fc.Arbitrary<ChaincodeParameters> = fc.record({
  version: fc.string({ minLength: 1 }),
  endorsementPlugin: fc.constantFrom('escc', 'other'),
  validationPlugin: fc.constantFrom('vscc', 'other'),
  policyBytes: fc.uint8Array({ minLength: 1 }),
  initRequired: fc.boolean(),
  collections: fc.constant(create(common.CollectionConfigPackageSchema)),
});

/** An organisation's collection, with the hashes that everybody knows of it. */
class Collection {
  readonly values = new Map<string, Uint8Array>();
  readonly get = (key: string): Uint8Array | null => this.values.get(key) ?? null;
  readonly getHash = (key: string): Uint8Array | null => {
    const value = this.values.get(key);
    return (value && sha256(value)) ?? null;
  };

  approve(approved: ChaincodeParameters, packageId = 'cc:1', sequence = 1n): string[] {
    const writes = approvalWrites('cc', sequence, { parameters: approved, packageId }, this.get);
    for (const { key, value } of writes) this.values.set(key, value);
    return writes.map(({ key }) => key);
  }
}

describe('an approval', () => {
  it('is read as it was written, and written once', () => {
    fc.assert(
      fc.property(
        parameters,
        fc.string(),
        fc.bigInt({ min: 1n, max: 1n << 60n }),
        (given, packageId, sequence) => {
          const collection = new Collection();
          expect(collection.approve(given, packageId, sequence)).toHaveLength(6);
          expect(approvedParameters('cc', sequence, collection.get)).toEqual(given);
          expect(approvedPackage('cc', sequence, collection.get)).toBe(packageId);
          expect(approvalMismatches('cc', sequence, given, collection.getHash)).toEqual([]);
          expect(collection.approve(given, packageId, sequence)).toEqual([]);
          expect(approvedParameters('cc', sequence + 1n, collection.get)).toBeNull();
          expect(approvedPackage('cc', sequence + 1n, collection.get)).toBeNull();
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('agrees with a definition exactly if the parameters are equal', () => {
    fc.assert(
      fc.property(parameters, parameters, (approved, asked) => {
        const collection = new Collection();
        collection.approve(approved);
        const mismatches = approvalMismatches('cc', 1n, asked, collection.getHash);
        expect(mismatches.length === 0).toBe(parametersDifference(approved, asked) === null);
      }),
      { numRuns: RUNS },
    );
  });

  it('is replaced in what has changed', () => {
    const collection = new Collection();
    const first = defaultDefinition({ name: 'cc', version: '1', sequence: 1n });
    collection.approve(first);
    expect(collection.approve(first, 'cc:2')).toEqual(['chaincode-sources/fields/cc#1/PackageID']);
    expect(collection.approve({ ...first, version: '2' }, 'cc:2')).toEqual([
      'namespaces/fields/cc#1/EndorsementInfo',
    ]);
  });

  it('names the fields in which it differs, or all of it where there is none', () => {
    const collection = new Collection();
    const first = defaultDefinition({ name: 'cc', version: '1', sequence: 1n });
    expect(approvalMismatches('cc', 1n, first, collection.getHash)).toEqual(['ChaincodeParameters']);
    collection.approve(first);
    const config = [{ payload: { case: 'staticCollectionConfig' as const, value: { name: 'c' } } }];
    const collections = create(common.CollectionConfigPackageSchema, { config });
    const other = { ...first, initRequired: true, policyBytes: utf8('p'), collections };
    expect(approvalMismatches('cc', 1n, other, collection.getHash)).toEqual([
      'EndorsementInfo',
      'ValidationInfo',
      'Collections',
    ]);
    expect(parametersDifference(first, { ...first, collections })).toBe('Collections do not match');
    expect(parametersDifference(first, { ...first, policyBytes: utf8('p') })).toContain(
      "does not match passed ValidationParameter '70'",
    );
  });

  it('of something else is no chaincode’s', () => {
    const collection = new Collection();
    const metadata = create(lifecycle.StateMetadataSchema, { datatype: 'Other', fields: [] });
    const bytes = toBinary(lifecycle.StateMetadataSchema, metadata);
    collection.values.set('namespaces/metadata/cc#1', bytes);
    collection.values.set('chaincode-sources/metadata/cc#1', bytes);
    expect(() => approvedParameters('cc', 1n, collection.get)).toThrow(
      'not a chaincode parameters type: Other',
    );
    expect(() => approvedPackage('cc', 1n, collection.get)).toThrow(
      'not a chaincode local package type: Other',
    );
  });
});

describe('names of the lifecycle', () => {
  it('are the collections that organisations have without a definition', () => {
    expect(implicitCollection('Org1MSP')).toBe('_implicit_org_Org1MSP');
    expect(implicitCollectionOf('_implicit_org_Org1MSP')).toBe('Org1MSP');
    expect(implicitCollectionOf('mine')).toBeNull();
  });

  it('are packages, or none', () => {
    expect(chaincodeSource('').Type.case).toBe('unavailable');
    expect(chaincodeSource('cc:1').Type).toMatchObject({
      case: 'localPackage',
      value: { packageId: 'cc:1' },
    });
  });
});
