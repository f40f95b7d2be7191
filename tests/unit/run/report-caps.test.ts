/** A report that is fuller than its caps is refused as a whole, so the caps have to grow with its schema. */
import { expect, it } from 'vitest';
import { z } from 'zod';
import { REPORT_CAPS } from '../../../src/main/run/run-collector.ts';
import { GuestReport } from '../../../src/shared/protocol/guest-report.ts';

type Schema = z.core.JSONSchema.BaseSchema;
interface Extent {
  readonly values: number;
  readonly depth: number;
}

const NOTHING: Extent = { values: 0, depth: 0 };
const both = (some: Extent, others: Extent): Extent => ({
  values: some.values + others.values,
  depth: Math.max(some.depth, others.depth),
});
const more = (some: Extent, others: Extent): Extent => ({
  values: Math.max(some.values, others.values),
  depth: Math.max(some.depth, others.depth),
});
const around = ({ depth, values }: Extent): Extent => ({ values: values + 1, depth: depth + 1 });

/** Of what a schema allows at most. A value of any JSON counts once: it has caps of its own. */
const extentOf = (schema: Schema | boolean): Extent => {
  if (typeof schema === 'boolean') return { values: 1, depth: 0 };
  const { anyOf, items, maxItems, prefixItems, properties } = schema;
  if (anyOf !== undefined) return anyOf.map(extentOf).reduce(more, NOTHING);
  if (properties !== undefined) return around(Object.values(properties).map(extentOf).reduce(both, NOTHING));
  if (prefixItems !== undefined) return around(prefixItems.map(extentOf).reduce(both, NOTHING));
  if (items !== undefined && !Array.isArray(items)) {
    const { depth, values } = extentOf(items);
    return around({ depth, values: values * (maxItems ?? Infinity) });
  }
  return { values: 1, depth: 0 };
};

it('the fullest report that its schema allows is within the caps of a report', () => {
  const { depth, values } = extentOf(z.toJSONSchema(GuestReport, { io: 'input', unrepresentable: 'any' }));
  // Found, and no less than what lists of files have.
  expect(values).toBeGreaterThan(5000);
  expect(values).toBeLessThanOrEqual(REPORT_CAPS.values);
  expect(depth).toBeLessThanOrEqual(REPORT_CAPS.depth);
});
