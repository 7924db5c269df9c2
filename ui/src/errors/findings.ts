// Words for what the preflight finds: what each check is, why it matters, what was found and what to do.
import { m } from '../paraglide/messages.js';
import type { FindingView } from '../platform/types';

/** A named check (`stegvis-model`: CheckId). */
export type CheckId =
  | 'DirectorySync'
  | 'DomainVerified'
  | 'MailUserExists'
  | 'DirectoryReadable'
  | 'SourceOpens'
  | 'TargetAddressWritable'
  | 'SourceEndpoint'
  | 'TargetEndpoint'
  | 'Licences'
  | 'MailboxGuidNotSynced'
  | 'NoProvisioningErrors'
  | 'NoDeletedTwin'
  | 'MailboxOnOneSide'
  | 'ImapEnabled';

type Values = Record<string, string>;

interface Outcome {
  found: (values: Values) => string;
  fix?: (values: Values) => string;
}

interface CheckWords {
  title: () => string;
  why: () => string;
  outcomes: Record<string, Outcome>;
}

/** A value by name; a dash when the core did not send it. */
const at = (values: Values, name: string) => values[name] ?? '–';
const number = (values: Values, name: string) => Number(values[name] ?? 0);
const counted = (values: Values) => ({ n: number(values, 'count'), count: at(values, 'count') });
const named = (values: Values) => ({ ...counted(values), addresses: at(values, 'addresses') });
const host = (values: Values) => ({ host: at(values, 'host') });

const endpoint: Record<string, Outcome> = {
  ok: { found: (v) => m.check_endpoint_ok({ ...host(v), protocol: at(v, 'protocol') }) },
  unreachable: { found: (v) => m.check_endpoint_unreachable(host(v)), fix: (v) => m.check_endpoint_unreachable_fix(host(v)) },
  certificate: { found: (v) => m.check_endpoint_certificate(host(v)), fix: (v) => m.check_endpoint_certificate_fix(host(v)) },
  refused: { found: (v) => m.check_endpoint_refused(host(v)), fix: () => m.check_endpoint_refused_fix() },
};

const checks: Record<CheckId, CheckWords> = {
  DirectorySync: {
    title: m.check_DirectorySync,
    why: m.check_DirectorySync_why,
    outcomes: {
      ok: { found: (v) => m.check_DirectorySync_ok({ n: number(v, 'minutes'), minutes: at(v, 'minutes') }) },
      stale: {
        found: (v) => m.check_DirectorySync_stale({ n: number(v, 'hours'), hours: at(v, 'hours') }),
        fix: () => m.check_DirectorySync_stale_fix(),
      },
      off: { found: () => m.check_DirectorySync_off(), fix: () => m.check_DirectorySync_off_fix() },
    },
  },
  DomainVerified: {
    title: m.check_DomainVerified,
    why: m.check_DomainVerified_why,
    outcomes: {
      ok: { found: (v) => m.check_DomainVerified_ok(counted(v)) },
      unverified: {
        found: (v) => m.check_DomainVerified_unverified({ domains: at(v, 'domains') }),
        fix: (v) => m.check_DomainVerified_unverified_fix({ domains: at(v, 'domains') }),
      },
    },
  },
  DirectoryReadable: {
    title: m.check_DirectoryReadable,
    why: m.check_DirectoryReadable_why,
    outcomes: {
      ok: { found: (v) => m.check_DirectoryReadable_ok(counted(v)) },
      onlyMailUsers: { found: (v) => m.check_DirectoryReadable_onlyMailUsers(counted(v)) },
      refused: { found: () => m.check_DirectoryReadable_refused(), fix: () => m.check_DirectoryReadable_refused_fix() },
      unreachable: {
        found: () => m.check_DirectoryReadable_unreachable(),
        fix: () => m.check_DirectoryReadable_unreachable_fix(),
      },
      empty: { found: () => m.check_DirectoryReadable_empty(), fix: () => m.check_DirectoryReadable_empty_fix() },
    },
  },
  MailUserExists: {
    title: m.check_MailUserExists,
    why: m.check_MailUserExists_why,
    outcomes: {
      ok: { found: (v) => m.check_MailUserExists_ok(counted(v)) },
      missing: {
        found: (v) => m.check_MailUserExists_missing(named(v)),
        fix: (v) => m.check_MailUserExists_missing_fix({ addresses: at(v, 'addresses') }),
      },
    },
  },
  SourceOpens: {
    title: m.check_SourceOpens,
    why: m.check_SourceOpens_why,
    outcomes: {
      ok: { found: (v) => m.check_SourceOpens_ok(counted(v)) },
      refused: {
        found: (v) => m.check_SourceOpens_refused(named(v)),
        fix: (v) => m.check_SourceOpens_refused_fix({ addresses: at(v, 'addresses') }),
      },
    },
  },
  TargetAddressWritable: {
    title: m.check_TargetAddressWritable,
    why: m.check_TargetAddressWritable_why,
    outcomes: {
      ok: { found: (v) => m.check_TargetAddressWritable_ok(counted(v)) },
      refused: {
        found: (v) => m.check_TargetAddressWritable_refused(named(v)),
        fix: (v) => m.check_TargetAddressWritable_refused_fix({ addresses: at(v, 'addresses') }),
      },
    },
  },
  SourceEndpoint: { title: m.check_SourceEndpoint, why: m.check_SourceEndpoint_why, outcomes: endpoint },
  TargetEndpoint: { title: m.check_TargetEndpoint, why: m.check_TargetEndpoint_why, outcomes: endpoint },
  Licences: {
    title: m.check_Licences,
    why: m.check_Licences_why,
    outcomes: {
      ok: { found: (v) => m.check_Licences_ok({ free: at(v, 'free'), needed: at(v, 'needed') }) },
      few: {
        found: (v) => m.check_Licences_few({ free: at(v, 'free'), needed: at(v, 'needed') }),
        fix: () => m.check_Licences_few_fix(),
      },
    },
  },
  MailboxGuidNotSynced: {
    title: m.check_MailboxGuidNotSynced,
    why: m.check_MailboxGuidNotSynced_why,
    outcomes: {
      ok: { found: (v) => m.check_MailboxGuidNotSynced_ok(counted(v)) },
      service: { found: (v) => m.check_MailboxGuidNotSynced_service(counted(v)) },
      stuck: {
        found: (v) => m.check_MailboxGuidNotSynced_stuck(named(v)),
        fix: () => m.check_MailboxGuidNotSynced_stuck_fix(),
      },
    },
  },
  NoProvisioningErrors: {
    title: m.check_NoProvisioningErrors,
    why: m.check_NoProvisioningErrors_why,
    outcomes: {
      ok: { found: (v) => m.check_NoProvisioningErrors_ok(counted(v)) },
      conflict: {
        found: (v) => m.check_NoProvisioningErrors_found(named(v)),
        fix: () => m.check_NoProvisioningErrors_conflict_fix(),
      },
      service: {
        found: (v) => m.check_NoProvisioningErrors_found(named(v)),
        fix: () => m.check_NoProvisioningErrors_service_fix(),
      },
    },
  },
  NoDeletedTwin: {
    title: m.check_NoDeletedTwin,
    why: m.check_NoDeletedTwin_why,
    outcomes: {
      ok: { found: (v) => m.check_NoDeletedTwin_ok(counted(v)) },
      twin: { found: (v) => m.check_NoDeletedTwin_twin(named(v)), fix: () => m.check_NoDeletedTwin_twin_fix() },
    },
  },
  MailboxOnOneSide: {
    title: m.check_MailboxOnOneSide,
    why: m.check_MailboxOnOneSide_why,
    outcomes: {
      ok: { found: (v) => m.check_MailboxOnOneSide_ok(counted(v)) },
      both: { found: (v) => m.check_MailboxOnOneSide_both(named(v)), fix: () => m.check_MailboxOnOneSide_both_fix() },
    },
  },
  ImapEnabled: {
    title: m.check_ImapEnabled,
    why: m.check_ImapEnabled_why,
    outcomes: {
      ok: { found: (v) => m.check_ImapEnabled_ok(counted(v)) },
      off: { found: (v) => m.check_ImapEnabled_off(named(v)), fix: () => m.check_ImapEnabled_off_fix() },
      planOff: {
        found: (v) => m.check_ImapEnabled_planOff({ plans: at(v, 'plans') }),
        fix: () => m.check_ImapEnabled_planOff_fix(),
      },
    },
  },
};

export const checkIds = Object.keys(checks) as CheckId[];

export interface FindingWords {
  title: string;
  why: string;
  found: string;
  /** What to do; null when nothing is wrong. */
  fix: string | null;
}

export function findingWords(finding: FindingView): FindingWords {
  const check = Object.hasOwn(checks, finding.check) ? checks[finding.check as CheckId] : undefined;
  const title = check ? check.title() : m.finding_unknown_check({ check: finding.check });
  const why = check ? check.why() : m.finding_unknown_why();
  if (finding.code === 'notRun') {
    const because = finding.values.because;
    if (!because) return { title, why, found: m.finding_not_run(), fix: null };
    // Another check's name, or a server's own words: those stand in the evidence.
    const found = Object.hasOwn(checks, because)
      ? m.finding_not_run_because({ because: checks[because as CheckId].title() })
      : m.finding_not_asked();
    return { title, why, found, fix: m.finding_not_run_fix() };
  }
  const outcome = check?.outcomes[finding.code];
  const found = outcome ? outcome.found(finding.values) : m.finding_unknown({ code: finding.code });
  return { title, why, found, fix: outcome?.fix?.(finding.values) ?? null };
}
