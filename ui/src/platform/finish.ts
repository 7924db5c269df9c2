// What Finish may ask of the core, and the shapes that come back.
import type { CommandLine, ReportFile } from './types';

export interface DnsPageView {
  domains: string[];
  domain: string | null;
  resolvers: string[];
  resolversAsked: string[];
  authoritative: string[];
  old: string[];
  watching: boolean;
  nextAt: string | null;
  view: DnsView | null;
  steps: PlannedStep[];
  changes: PlannedChange[];
  ttl: TtlLine[];
  before: string | null;
  mxMovedAt: string | null;
  directDeliveryAt: string | null;
  delivery: DeliveryView | null;
  mailNow: MailView | null;
  mailAfterMx: MailView | null;
  dkimEnabled: boolean | null;
  history: DnsHistoryLine[];
  practice: boolean;
  serverWords: string | null;
}

export interface DnsSettingsDto {
  domain: string;
  resolvers: string[];
  old: string[];
  authoritative: string[];
}

export interface DnsHistoryLine {
  at: string;
  change: DnsChangeView;
}

export interface PracticeMail {
  to: string;
  mail: string;
}

export interface DnsView {
  domain: string;
  at: string;
  right: boolean;
  trouble: string | null;
  subjects: DnsSubjectView[];
}

export interface DnsSubjectView {
  subject: string;
  name: string;
  kind: string;
  expected: DnsRecordView[];
  state: string;
  servers: DnsServerView[];
  findings: DnsFindingView[];
}

export interface DnsRecordView {
  kind: string;
  value: string;
  ttl: number;
}

export interface DnsServerView {
  server: string;
  authoritative: boolean;
  records: DnsRecordView[];
  trouble: string | null;
  until: string | null;
  asExpected: boolean;
}

export interface DnsFindingView {
  code: string;
  severity: string;
  words: string;
  found: string[];
  value: string | null;
  server: string | null;
  until: string | null;
}

export interface DnsChangeView {
  subject: string;
  server: string;
  authoritative: boolean;
  was: string[];
  now: string[];
}

export interface MailView {
  mx: string;
  delivered: number;
  loops: string[];
  returned: string[];
  byOthers: number;
}

export interface PlannedStep {
  step: string;
  allowed: boolean;
  refusal: string | null;
  left: number | null;
  until: string | null;
  words: string | null;
}

export interface TtlLine {
  subject: string;
  ttl: number;
  lowerTo: number;
  readyAt: string;
}

export interface PlannedChange {
  subject: string;
  advice: boolean;
  allowed: boolean;
  zone: string;
  fields: PlannedFields;
  windows: string | null;
}

export interface PlannedFields {
  name: string;
  fullName: string;
  kind: string;
  value: string;
  priority: number | null;
  ttl: number;
}

export interface DeliveryView {
  direct: boolean;
  code: string | null;
  host: string | null;
  by: string | null;
  words: string;
  at: string | null;
}

export interface LicenceWishesDto {
  preferred: string[];
  location: string | null;
}

export interface LicencesView {
  askedAt: string;
  needs: LicenceNeedView[];
  products: LicenceProductView[];
  planned: LicenceAssignmentView[];
  without: string[];
  noLocation: string[];
  notYet: string[];
  unknown: string[];
  own: number;
  byGroup: number;
  exempt: number;
  licenceMakesMailbox: boolean;
  locations: string[];
  running: boolean;
  of: number;
  done: number;
  refused: LicenceRefusalView[];
  given: LicenceGivenView[];
  commands: CommandLine[];
}

export interface LicenceNeedView {
  address: string;
  name: string;
  until: string | null;
  daysLeft: number | null;
  alarm: LicenceAlarm;
  groupError: string | null;
}

export type LicenceAlarm = 'Over' | 'Three' | 'Seven' | 'Fourteen' | 'None';

export interface LicenceProductView {
  sku: string;
  name: string;
  plan: LicencePlanKind;
  free: number;
  fits: number;
  missing: number;
}

export type LicencePlanKind = 'Kiosk' | 'Full';

export interface LicenceAssignmentView {
  address: string;
  sku: string;
  product: string;
  setLocation: string | null;
}

export interface LicenceRefusalView {
  address: string;
  cause: LicenceRefusal;
  serverWords: string;
}

export type LicenceRefusal = 'NoneFree' | 'NoLocation' | 'Prohibited' | 'Conflict' | 'NoUser' | 'NotAllowed' | 'Throttled' | 'Other';

export interface LicenceGivenView {
  address: string;
  product: string;
  at: string;
}

export interface LettersView {
  letters: LetterState[];
  fields: LetterFieldsDto;
  mergeFields: string[];
  senders: LetterWay[];
  running: string | null;
  of: number;
  done: number;
  folder: string;
}

export interface LetterState {
  letter: string;
  total: number;
  sent: number;
  failed: number;
  unknown: number;
  lastAt: string | null;
  edited: string[];
  people: LetterPerson[];
}

export interface LetterPerson {
  address: string;
  name: string;
  state: LetterSending;
  at: string | null;
  way: LetterWay | null;
  serverWords: string;
}

export type LetterSending = 'Waiting' | 'Sending' | 'Sent' | 'Failed' | 'Unknown';

export type LetterWay = 'Graph' | 'Smtp';

export interface LetterFieldsDto {
  company: string;
  date: string;
  hours: string;
  helpdesk: string;
  keepUntil: string;
  limitMb: number;
  language: string;
  way: LetterWay;
  from: string;
}

export interface LetterPreview {
  to: string;
  name: string;
  subject: string;
  text: string;
  attachments: string[];
  people: string[];
}

export interface RedoItem {
  kind: RedoKind;
  folder: string | null;
  date: string | null;
  megabytes: number | null;
  value: string | null;
}

export type RedoKind = 'OutlookProfile' | 'Phone' | 'Signature' | 'AutomaticReply' | 'Rule' | 'Delegate' | 'Forwarding' | 'LeftBehind';

export interface HabitsView {
  beforeAt: string | null;
  afterAt: string | null;
  beforeWords: string | null;
  afterWords: string | null;
  mailboxes: MailboxHabitsView[];
  tasks: HabitTaskView[];
}

export interface MailboxHabitsView {
  address: string;
  habits: HabitView[];
  unreadable: HabitKindView[];
}

export interface HabitView {
  kind: HabitKindView;
  who: string;
  detail: string | null;
  before: boolean;
  after: boolean | null;
  footprint: boolean;
}

export type HabitKindView = 'FullAccess' | 'SendAs' | 'SendOnBehalf' | 'Forwarding' | 'InboxRule' | 'AutomaticReply';

export interface HabitTaskView {
  id: number;
  address: string;
  kind: HabitKindView;
  who: string | null;
  detail: string | null;
  command: string | null;
  outside: boolean;
  done: boolean;
  doneAt: string | null;
}

export interface FinishView {
  batches: FinishBatch[];
  footprint: FootprintItem[];
  cleanedAt: string | null;
  answers: FinishAnswersDto;
  advice: DecommissionView;
}

export interface FinishBatch {
  name: string;
  cloudName: string;
  mailboxes: number;
  guards: RemovalGuardView[];
  removable: boolean;
  removedAt: string | null;
  cleanupAt: string | null;
  cleanupInDays: number | null;
  cleanupNear: boolean;
  command: string;
}

export interface RemovalGuardView {
  guard: RemovalGuardId;
  mailboxes: number | null;
  until: string | null;
}

export type RemovalGuardId = 'NotAtRest' | 'NotSynced' | 'OthersNotSynced' | 'MxNotMoved' | 'MxMovedLately' | 'DeliveryUnproved' | 'ProofTooOld';

export interface FootprintItem {
  kind: FootprintKind;
  state: FootprintState;
  count: number;
  values: string[];
  removable: boolean;
  place: string | null;
  commands: string[];
  serverWords: string | null;
}

export type FootprintKind = 'MailboxAccess' | 'ReceiveSize' | 'Batches' | 'MigrationEndpoint' | 'TimeToLive' | 'ServicePrincipal' | 'Application' | 'SourceAccount' | 'DirectoryAccount' | 'Secrets';

export type FootprintState = 'Present' | 'Gone' | 'Kept' | 'Unknown';

export interface CleanupView {
  dryRun: boolean;
  at: string;
  items: CleanupItem[];
  clean: boolean;
  finish: FinishView;
}

export interface CleanupItem {
  kind: FootprintKind;
  before: FootprintState;
  after: FootprintState;
  taken: number;
  kept: CleanupKept[];
}

export interface CleanupKept {
  what: string;
  serverWords: string;
}

export interface FinishAnswersDto {
  publicFolders: string | null;
  relays: string | null;
  keepsSync: string | null;
}

export interface DecommissionView {
  route: DecommissionRoute;
  reasons: DecommissionReason[];
  keepRoles: string[];
  keepTools: string[];
  gates: DecommissionGateView[];
  ready: boolean;
  never: DecommissionNever[];
}

export type DecommissionRoute = 'KeepOneServer' | 'RemoveAll' | 'Undecided';

export type DecommissionReason = 'SingleSignOn' | 'DirectorySyncStays' | 'NothingNeedsIt' | 'SignOnUnknown' | 'SyncUnknown' | 'VersionUnknown';

export interface DecommissionGateView {
  id: DecommissionGateId;
  state: DecommissionGateState;
  left: number | null;
  until: string | null;
}

export type DecommissionGateId = 'Synced' | 'Converted' | 'MxMoved' | 'DeliveryProved' | 'BatchesRemoved' | 'HabitsDone' | 'PublicFolders' | 'Relays' | 'CleanedUp' | 'DatabasesKept';

export type DecommissionGateState = 'Passed' | 'Open' | 'Unknown';

export type DecommissionNever = 'RemoveLastServerWhileSynced' | 'TurnSyncOffWithoutBackup' | 'DeleteUsersInstead' | 'SwitchOffBeforeRelays' | 'UninstallWithoutSupport';

/** What can be asked of the core for the last step. */
export interface FinishPlatform {
  /** What was seen of DNS last; nobody is asked. */
  dnsView(): Promise<DnsPageView>;
  checkDns(): Promise<DnsPageView>;
  /** Starts or ends the watch; each look is an event. */
  watchDns(on: boolean): Promise<DnsPageView>;
  chooseDns(settings: DnsSettingsDto): Promise<DnsPageView>;
  /** The text of a test mail, or its headers. */
  proveDelivery(mail: string): Promise<DnsPageView>;
  /** Asks for a test mail in the system's own dialog; nothing when it was cancelled. */
  pickTestMail(title: string, kind: string): Promise<DnsPageView | null>;
  /** Has the practice company's DNS host make a change. */
  practiceDns(step: string): Promise<DnsPageView>;
  /** Has somebody outside send a test mail to the practice company. */
  practiceMail(): Promise<PracticeMail>;
  saveDnsLines(): Promise<ReportFile>;

  licencesView(wishes: LicenceWishesDto): Promise<LicencesView>;
  assignLicences(wishes: LicenceWishesDto): Promise<LicencesView>;

  lettersView(): Promise<LettersView>;
  setLetterFields(fields: LetterFieldsDto): Promise<LettersView>;
  letterPreview(letter: string, language: string, address: string | null): Promise<LetterPreview>;
  letterTemplate(letter: string, language: string): Promise<string>;
  /** Nothing for the text is ours again. */
  setLetterTemplate(letter: string, language: string, text: string | null): Promise<LettersView>;
  /** To whom it was not sent; with addresses, to these again. */
  sendLetters(letter: string, only: string[] | null): Promise<LettersView>;
  saveLetters(letter: string): Promise<ReportFile[]>;
  redoList(address: string): Promise<RedoItem[]>;

  habitsView(): Promise<HabitsView>;
  readHabits(): Promise<HabitsView>;
  taskDone(id: number, done: boolean): Promise<HabitsView>;

  /** The end of the migration as the project knows it; nobody is asked. */
  finishView(): Promise<FinishView>;
  answerFinish(answers: FinishAnswersDto): Promise<FinishView>;
  removeBatch(name: string): Promise<FinishView>;
  cleanUp(dryRun: boolean): Promise<CleanupView>;
}
