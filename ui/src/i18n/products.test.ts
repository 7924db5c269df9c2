import { expect, test } from 'vitest';

import { productName } from './products';

test('a product is named as it is sold; one that nobody knows keeps its part number', () => {
  expect(productName('EXCHANGESTANDARD')).toBe('Exchange Online (Plan\u00a01)');
  expect(productName('SPB')).toBe('Microsoft 365 Business Premium');
  expect(productName('CONTOSO_PACK')).toBe('CONTOSO_PACK');
  expect(productName('toString')).toBe('toString');
});
