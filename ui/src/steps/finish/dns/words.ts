// Words for the core's codes of DNS (`stegvis-engine`: dns). A code of a later version is shown with its name, and is
// never green.
import type { IconName } from '../../../components/icons';
import { clock, count, list, moment } from '../../../i18n/format';
import { m } from '../../../paraglide/messages.js';
import type { DeliveryView, DnsFindingView, DnsPageView, DnsSubjectView, PlannedStep } from '../../../platform/types';

const subjects: Record<string, () => string> = {
  mx: m.dns_subject_mx,
  autodiscover: m.dns_subject_autodiscover,
  spf: m.dns_subject_spf,
  dkimSelector1: m.dns_subject_dkim,
  dkimSelector2: m.dns_subject_dkim,
  dmarc: m.dns_subject_dmarc,
};
export const subjectCodes = Object.keys(subjects);
export const subjectWord = (subject: string) => subjects[subject]?.() ?? subject;

/** The record's name as people write it: without the domain. */
export function shortName(name: string, domain: string): string {
  if (name === domain) return name;
  return name.endsWith(`.${domain}`) ? name.slice(0, -domain.length - 1) : name;
}

type FindingWords = (values: { found: string; value: string; server: string; until: string | null }, subject: string) => string;

const findings: Record<string, FindingWords> = {
  missing: (_, subject) => (subject === 'dmarc' ? m.dns_f_missing_dmarc() : m.dns_f_missing()),
  wrong: (values) => m.dns_f_wrong(values),
  stale: (values) => m.dns_f_stale(values),
  doubled: (values) => m.dns_f_doubled(values),
  leftover: (values) => m.dns_f_leftover(values),
  serversDiffer: (values) => m.dns_f_serversDiffer(values),
  cached: (finding) => (finding.until ? m.dns_f_cached_until({ ...finding, time: clock(finding.until) }) : m.dns_f_cached(finding)),
  longTtl: (values) => m.dns_f_longTtl({ value: /^\d+$/.test(values.value) ? count(Number(values.value)) : values.value }),
  spfNotIncluded: (values) => m.dns_f_spfNotIncluded(values),
  spfTooManyLookups: (values) => m.dns_f_spfTooManyLookups(values),
  spfEverybody: () => m.dns_f_spfEverybody(),
  spfNoEnd: () => m.dns_f_spfNoEnd(),
  spfNoOpinion: () => m.dns_f_spfNoOpinion(),
  spfAfterEnd: (values) => m.dns_f_spfAfterEnd(values),
  spfCircle: (values) => m.dns_f_spfCircle(values),
  spfBroken: (values) => m.dns_f_spfBroken(values),
  spfIncludeMissing: (values) => m.dns_f_spfIncludeMissing(values),
  spfPtr: () => m.dns_f_spfPtr(),
  spfKeeps: (values) => m.dns_f_spfKeeps(values),
  dmarcNoPolicy: () => m.dns_f_dmarcNoPolicy(),
  dmarcBroken: (values) => m.dns_f_dmarcBroken(values),
  dmarcOnlyWatches: () => m.dns_f_dmarcOnlyWatches(),
  dmarcNoReports: () => m.dns_f_dmarcNoReports(),
  elsewhere: (values) => m.dns_f_elsewhere(values),
  notGiven: () => m.dns_f_notGiven(),
  notAuthoritative: (values) => m.dns_f_notAuthoritative(values),
  noAnswer: (values) => m.dns_f_noAnswer(values),
};
export const findingCodes = Object.keys(findings);

export function findingWords(finding: DnsFindingView, subject: string): string {
  const values = {
    found: finding.found.length > 0 ? list(finding.found) : m.dns_nothing(),
    value: finding.value ?? finding.found[0] ?? '–',
    server: finding.server ?? '–',
    until: finding.until,
  };
  return findings[finding.code]?.(values, subject) ?? m.dns_f_other({ code: finding.code, server: values.server });
}

export function findingLook(severity: string): { icon: IconName; tone: string } {
  switch (severity) {
    case 'fault':
      return { icon: 'fail', tone: 'fail' };
    case 'advice':
      return { icon: 'warn', tone: 'warn' };
    case 'wait':
      return { icon: 'wait', tone: 'wait' };
    case 'note':
      return { icon: 'info', tone: 'none' };
    default:
      return { icon: 'none', tone: 'none' };
  }
}

const steps: Record<string, { title: () => string; text: () => string }> = {
  lowerTtl: { title: m.dns_step_lowerTtl, text: m.dns_step_lowerTtl_text },
  moveMx: { title: m.dns_step_moveMx, text: m.dns_step_moveMx_text },
  moveAutodiscover: { title: m.dns_step_moveAutodiscover, text: m.dns_step_moveAutodiscover_text },
  tidySpf: { title: m.dns_step_tidySpf, text: m.dns_step_tidySpf_text },
  removeBatches: { title: m.dns_step_removeBatches, text: m.dns_step_removeBatches_text },
  decommission: { title: m.dns_step_decommission, text: m.dns_step_decommission_text },
};
export const stepCodes = Object.keys(steps);
export const stepWord = (step: string) => steps[step]?.title() ?? step;
export const stepText = (step: string) => steps[step]?.text() ?? '';

type Refused = Pick<PlannedStep, 'left' | 'until'>;
const refusals: Record<string, { long: (step: Refused, now: number) => string; short: (step: Refused, now: number) => string }> = {
  noMailboxes: { long: () => m.dns_r_noMailboxes(), short: () => m.dns_because_none() },
  notSynced: { long: ({ left }) => m.dns_r_notSynced(many(left)), short: ({ left }) => m.dns_because_synced(many(left)) },
  notChosen: { long: ({ left }) => m.dns_r_notChosen(many(left)), short: ({ left }) => m.dns_because_chosen(many(left)) },
  notConverted: { long: ({ left }) => m.dns_r_notConverted(many(left)), short: ({ left }) => m.dns_because_convert(many(left)) },
  mxNotMoved: { long: () => m.dns_r_mxNotMoved(), short: () => m.dns_because_mx() },
  tooEarly: { long: ({ until }, now) => m.dns_r_tooEarly({ when: when(until, now) }), short: ({ until }, now) => m.dns_because_time({ when: when(until, now) }) },
  noProof: { long: () => m.dns_r_noProof(), short: () => m.dns_because_proof() },
  proofTooOld: { long: () => m.dns_r_proofTooOld(), short: () => m.dns_because_proof() },
};
const many = (left: number | null) => ({ n: left ?? 0, count: count(left ?? 0) });
const when = (until: string | null, now: number) => (until ? moment(until, now) : '–');
export const refusalCodes = Object.keys(refusals);

/** Why a step is not taken, as a sentence. */
export function refusalWords(step: PlannedStep, now: number): string {
  if (!step.refusal) return '';
  return refusals[step.refusal]?.long(step, now) ?? m.dns_r_other({ code: step.refusal });
}

const deliveries: Record<string, (host: string) => string> = {
  noMail: () => m.dns_d_noMail(),
  oldServer: (host) => m.dns_d_oldServer({ host }),
  notInTenant: () => m.dns_d_notInTenant(),
  notFromOutside: () => m.dns_d_notFromOutside(),
  noTime: () => m.dns_d_noTime(),
  inFuture: () => m.dns_d_inFuture(),
};
export const deliveryCodes = Object.keys(deliveries);

/** What a test mail shows, and why. */
export function deliveryWords(view: DeliveryView, now: number): { fact: string; text: string } {
  if (view.direct) {
    const text = m.dns_d_direct_text({ host: view.host ?? '–', by: view.by ?? '–', when: when(view.at, now) });
    return { fact: m.dns_d_direct(), text };
  }
  const code = view.code ?? '';
  return { fact: m.dns_d_not(), text: deliveries[code]?.(view.host ?? '–') ?? m.dns_d_other({ code }) };
}

/** The step that changes this record; nothing where it may be set at any time. */
export const stepOf = (subject: string): string | null => (subject === 'mx' ? 'moveMx' : subject === 'autodiscover' ? 'moveAutodiscover' : null);

export interface Standing {
  /** The subject's state, or `locked` while its step is refused. */
  state: string;
  icon: IconName;
  tone: string;
  word: string;
  /** Why, in a few words. */
  because: string;
}

const looks: Record<string, { icon: IconName; tone: string; word: () => string }> = {
  right: { icon: 'ok', tone: 'ok', word: m.dns_state_right },
  waiting: { icon: 'wait', tone: 'wait', word: m.dns_state_waiting },
  advised: { icon: 'warn', tone: 'warn', word: m.dns_state_advised },
  wrong: { icon: 'warn', tone: 'warn', word: m.dns_state_wrong },
  locked: { icon: 'lock', tone: 'none', word: m.dns_state_locked },
  unknown: { icon: 'none', tone: 'none', word: m.dns_state_unknown },
  notJudged: { icon: 'none', tone: 'none', word: m.dns_state_notJudged },
};
export const stateCodes = Object.keys(looks).filter((state) => state !== 'locked');

/** How a record stands: what was seen of it, and whether it may be changed. */
export function standingOf(subject: DnsSubjectView, page: DnsPageView, now: number): Standing {
  const step = page.steps.find((one) => one.step === stepOf(subject.subject));
  const locked = step !== undefined && !step.allowed && !['right', 'waiting', 'unknown'].includes(subject.state);
  const state = locked ? 'locked' : subject.state;
  const look = looks[state] ?? { icon: 'none' as const, tone: 'none', word: () => state };
  return { state, icon: look.icon, tone: look.tone, word: look.word(), because: because(state, subject, page, step, now) };
}

function because(state: string, subject: DnsSubjectView, page: DnsPageView, step: PlannedStep | undefined, now: number): string {
  switch (state) {
    case 'locked':
      return step?.refusal ? (refusals[step.refusal]?.short(step, now) ?? step.refusal) : '';
    case 'waiting': {
      const until = subject.findings.map((one) => one.until).filter((at) => at !== null).sort().at(-1);
      return until ? m.dns_because_until({ time: clock(until) }) : m.dns_because_caches();
    }
    case 'right':
      return page.view ? clock(page.view.at) : '';
    default:
      return '';
  }
}

/** A server as it is told, without the port that everybody has. */
export const serverName = (server: string) => server.replace(/:53$/, '').replace(/\.$/, '');
