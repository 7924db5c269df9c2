// What the wizard may ask of the core. The shapes mirror the facade's dto, name for name; nothing in the
// wizard but `tauri.ts` knows how a request travels. Times are RFC 3339 in UTC; codes are stable names
// that the wizard has words for.

export type StepId = 'project' | 'prepare' | 'mailboxes' | 'connect' | 'migrate' | 'convert' | 'finish';

/* project */

export type ProjectKind = 'Practice' | 'Real';

export interface AnswersDto {
  exchange: string | null;
  count: string | null;
  directorySync: string | null;
  singleSignOn: string | null;
  pace: string | null;
}

export interface VerdictView {
  route: string;
  reasons: string[];
}

export interface PreflightTally {
  pass: number;
  warn: number;
  fail: number;
  waiting: number;
  notRun: number;
}

export interface LedgerView {
  source: number;
  copied: number;
  skipped: number;
  excluded: number;
  bytes: number;
  reconciles: boolean;
}

export interface ProjectFacts {
  answered: number;
  preflight: PreflightTally | null;
  mailboxesChosen: number;
  pilotChosen: number;
  endpointSaved: boolean;
  running: boolean;
  inBatches: number;
  active: number;
  stopped: number;
  failed: number;
  synced: number;
  completed: number;
  forwarding: number;
  ledger: LedgerView | null;
  verified: boolean | null;
}

export interface ProjectView {
  name: string;
  kind: ProjectKind;
  path: string;
  answers: AnswersDto;
  verdict: VerdictView;
  facts: ProjectFacts;
}

/* app */

export type KeychainView =
  | { state: 'Available'; store: string }
  | { state: 'Unavailable'; serverWords: string };

export interface RecentProject {
  name: string;
  path: string;
  openedAt: string;
}

export interface AppView {
  version: string;
  keychain: KeychainView;
  recent: RecentProject[];
  project: ProjectView | null;
}

export type Shell = 'PowerShell' | 'Ldif' | 'Stegvis';

export interface CommandLine {
  shell: Shell;
  does: string;
  text: string;
}

/* prepare */

export interface ConnectionView {
  connected: boolean;
  account: string;
  endpoint: string;
  serverWords: string | null;
}

export interface EvidenceLine {
  label: string;
  value: string;
}

export interface FindingView {
  check: string;
  severity: string;
  code: string;
  values: Record<string, string>;
  evidence: EvidenceLine[];
  fixer: string;
  command: string | null;
  checkedAt: string | null;
}

export interface PreflightView {
  running: boolean;
  ranAt: string | null;
  tookMs: number;
  tenant: ConnectionView;
  directory: ConnectionView;
  findings: FindingView[];
}

/* mailboxes */

export type MailboxNote = 'MailUserMissing' | 'Protected' | 'Hidden' | 'DomainUnverified' | 'Forwards';

export interface MailboxRow {
  address: string;
  name: string;
  kind: string;
  chosen: boolean;
  pilot: boolean;
  batch: string | null;
  note: MailboxNote | null;
}

export interface MailboxesView {
  rows: MailboxRow[];
}

export interface MailboxChoice {
  address: string;
  chosen: boolean;
  pilot: boolean;
}

/* connect */

export type EndpointTestId = 'Name' | 'Port' | 'Tls' | 'Certificate' | 'Protocol' | 'OpensMailboxes' | 'Speed';

export interface EndpointTest {
  test: EndpointTestId;
  severity: string;
  code: string;
  values: Record<string, string>;
  serverWords: string | null;
}

export interface EndpointSettings {
  host: string;
  port: number;
  security: string;
  account: string;
  maxConcurrentMigrations: number;
}

export interface EndpointView {
  engine: string;
  serviceAvailable: boolean;
  settings: EndpointSettings;
  passwordKept: boolean;
  testing: boolean;
  tests: EndpointTest[];
  saved: boolean;
}

/* migrate */

export type PlanStepKind =
  | 'BackUpDirectory'
  | 'Provision'
  | 'Forward'
  | 'Copy'
  | 'StatusMail'
  | 'ReportMail'
  | 'Verify';

export interface PlanStep {
  kind: PlanStepKind;
  count: number;
  value: string;
}

export interface PlanView {
  batch: string;
  mailboxes: string[];
  items: number | null;
  bytes: number | null;
  steps: PlanStep[];
  untouched: number;
  notify: string | null;
  startable: boolean;
}

export interface BatchView {
  name: string;
  status: string;
  users: number;
}

export interface MigrationUserView {
  id: number;
  address: string;
  name: string;
  batch: string;
  status: string;
  cause: string | null;
  retry: string | null;
  serverWords: string | null;
  itemsDone: number;
  itemsTotal: number;
  itemsSkipped: number;
  bytesDone: number;
  bytesTotal: number;
  bytesPerMinute: number | null;
  lastProgressAt: string | null;
  expectedAt: string | null;
  throttledUntil: string | null;
}

export interface ThroughputPoint {
  at: string;
  bytesPerMinute: number;
}

export interface ThrottledSpan {
  from: string;
  to: string | null;
}

export interface RunView {
  running: boolean;
  stopping: boolean;
  batches: BatchView[];
  users: MigrationUserView[];
  throughput: ThroughputPoint[];
  throttled: ThrottledSpan[];
  startedAt: string | null;
  lastProgressAt: string | null;
  expectedFrom: string | null;
  expectedTo: string | null;
  statusMailAt: string | null;
  reportMailAt: string | null;
}

/* report */

export interface BatchLedger {
  batch: string;
  mailboxes: number;
  ledger: LedgerView;
}

export interface FolderLedger {
  source: string;
  target: string | null;
  ledger: LedgerView;
}

export interface UserLedger {
  address: string;
  name: string;
  status: string;
  cause: string | null;
  ledger: LedgerView;
  folders: FolderLedger[];
}

export interface SkippedReason {
  reason: string;
  items: number;
}

export interface SkippedItemView {
  address: string;
  folder: string;
  date: string;
  size: number;
  reason: string;
  serverWords: string;
}

export interface VerificationView {
  at: string;
  compared: number;
  missing: number;
  extra: number;
  differing: number;
  agrees: boolean;
}

export type MailSentKind = 'Status' | 'FinalReport';

export interface MailSent {
  kind: MailSentKind;
  to: string;
  at: string;
}

export interface ReportFile {
  format: string;
  path: string;
}

export interface ReportView {
  project: string;
  source: string;
  from: string | null;
  to: string | null;
  reconciled: boolean;
  differing: string[];
  batches: BatchLedger[];
  total: LedgerView;
  users: UserLedger[];
  skippedReasons: SkippedReason[];
  skipped: SkippedItemView[];
  verification: VerificationView | null;
  mails: MailSent[];
  forwarded: string[];
  files: ReportFile[];
}

/* events and errors */

export type AppEvent =
  | { event: 'Project'; view: ProjectView }
  | { event: 'Preflight'; view: PreflightView }
  | { event: 'User'; view: MigrationUserView }
  | { event: 'Run'; view: RunView };

export type ErrorCode =
  | 'NoProject'
  | 'ProjectInUse'
  | 'ProjectUnreadable'
  | 'CannotWrite'
  | 'InvalidInput'
  | 'NotAList'
  | 'Running'
  | 'NothingChosen'
  | 'EndpointMissing'
  | 'Endpoint'
  | 'Keychain'
  | 'Practice'
  | 'NotAvailableYet'
  | 'Internal';

/** What every request rejects with. */
export interface CoreError {
  code: ErrorCode;
  message: string;
  help: string;
  retry: boolean;
}

export type ReportLanguage = 'en' | 'sv';
export type ReportFormat = 'html' | 'csv' | 'json';

/** Everything that can be asked of the core. Every promise may reject with a {@link CoreError}. */
export interface Platform {
  appView(): Promise<AppView>;
  createPractice(mailboxes: number | null): Promise<ProjectView>;
  openProject(path: string): Promise<ProjectView>;
  closeProject(): Promise<AppView>;
  projectView(): Promise<ProjectView>;
  answer(answers: AnswersDto): Promise<ProjectView>;

  preflightView(): Promise<PreflightView>;
  runPreflight(): Promise<PreflightView>;
  retest(check: string): Promise<PreflightView>;

  mailboxesView(): Promise<MailboxesView>;
  chooseMailboxes(choices: MailboxChoice[]): Promise<MailboxesView>;

  endpointView(): Promise<EndpointView>;
  testEndpoint(settings: EndpointSettings): Promise<EndpointView>;
  saveEndpoint(settings: EndpointSettings): Promise<EndpointView>;

  plan(): Promise<PlanView>;
  start(): Promise<RunView>;
  stop(): Promise<RunView>;
  resume(): Promise<RunView>;
  retryFailed(): Promise<RunView>;
  runView(): Promise<RunView>;

  reportView(): Promise<ReportView>;
  saveReport(language: ReportLanguage): Promise<ReportFile[]>;
  openReport(format: ReportFormat): Promise<void>;

  /** In which language our own mail is written from now on. */
  setLanguage(language: ReportLanguage): Promise<void>;

  commands(step: StepId): Promise<CommandLine[]>;
  /** Calls `listener` for every event from now on; the answer ends that. */
  onEvent(listener: (event: AppEvent) => void): () => void;
}
