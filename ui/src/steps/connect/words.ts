// Words for the seven tests and what they found.
import { shortDate } from '../../i18n/format';
import { m } from '../../paraglide/messages.js';
import type { EndpointTest, EndpointTestId } from '../../platform/types';

type Values = Record<string, string>;
const at = (values: Values, name: string) => values[name] ?? '–';

const names: Record<EndpointTestId, (port: number) => string> = {
  Name: () => m.connect_test_Name(),
  Port: (port) => m.connect_test_Port({ port: String(port) }),
  Tls: () => m.connect_test_Tls(),
  Certificate: () => m.connect_test_Certificate(),
  Protocol: () => m.connect_test_Protocol(),
  OpensMailboxes: () => m.connect_test_OpensMailboxes(),
  Speed: () => m.connect_test_Speed(),
};

export const testIds = Object.keys(names) as EndpointTestId[];

export function testName(test: EndpointTestId, port: number): string {
  return Object.hasOwn(names, test) ? names[test](port) : test;
}

/** Fingerprints are long: the ends tell them apart. */
function short(fingerprint: string): string {
  const pairs = fingerprint.toUpperCase().replace(/[^0-9A-F]/g, '').match(/../g) ?? [];
  return pairs.length > 6 ? `${pairs.slice(0, 2).join(' ')} … ${pairs.slice(-2).join(' ')}` : fingerprint;
}

function day(value: string): string {
  return Number.isNaN(Date.parse(value)) ? value : shortDate(value);
}

const found: Record<EndpointTestId, Record<string, (values: Values) => string>> = {
  Name: { ok: (v) => m.test_Name_ok({ address: at(v, 'address') }), unresolved: () => m.test_Name_unresolved() },
  Port: { open: () => m.test_Port_open(), closed: () => m.test_Port_closed() },
  Tls: {
    ok: (v) => m.test_Tls_ok({ version: at(v, 'version') }),
    failed: () => m.test_Tls_failed(),
    plaintext: () => m.test_Tls_plaintext(),
  },
  Certificate: {
    ok: (v) => m.test_Certificate_ok({ subject: at(v, 'subject'), until: day(at(v, 'until')) }),
    pinned: (v) => m.test_Certificate_pinned({ fingerprint: short(at(v, 'fingerprint')) }),
    untrusted: (v) => m.test_Certificate_untrusted({ fingerprint: short(at(v, 'fingerprint')) }),
  },
  Protocol: { ok: (v) => m.test_Protocol_ok({ greeting: at(v, 'greeting') }), notImap: () => m.test_Protocol_notImap() },
  OpensMailboxes: {
    ok: (v) => m.test_OpensMailboxes_ok({ opened: at(v, 'opened'), of: at(v, 'of') }),
    refused: (v) => m.test_OpensMailboxes_refused({ opened: at(v, 'opened'), of: at(v, 'of') }),
  },
  Speed: {
    ok: (v) => m.test_Speed_ok({ mbPerMinute: at(v, 'mbPerMinute') }),
    notMeasured: () => m.test_Speed_notMeasured(),
  },
};

/** What a test found. `failed` is whether an earlier test failed, so that this one waits for it. */
export function testFound(test: EndpointTest, failed: boolean): string {
  if (test.code === 'notRun') return failed ? m.test_notRun() : m.test_notRun_yet();
  const words = found[test.test]?.[test.code];
  return words ? words(test.values) : m.test_unknown({ code: test.code });
}
