// What the wizard may ask of the core, and the shapes that come back. The shapes are the facade's own, generated
// from Rust; nothing in the wizard but `tauri.ts` knows how a request travels. Times are RFC 3339 in UTC; codes
// are stable names that the wizard has words for.
import type {
  AnswersDto,
  AppEvent,
  AppView,
  CommandLine,
  EndpointSettings,
  EndpointView,
  MailboxChoice,
  MailboxesView,
  PlanView,
  PreflightView,
  ProjectView,
  ReportFile,
  ReportView,
  RunView,
} from './bindings.gen';

export type {
  AnswersDto,
  AppEvent,
  AppView,
  BatchView,
  CommandLine,
  ConnectionView,
  EndpointSettings,
  EndpointTest,
  EndpointTestId,
  EndpointView,
  ErrorCode,
  EvidenceLine,
  FindingView,
  LedgerView,
  MailboxChoice,
  MailboxesView,
  MailboxNote,
  MailboxRow,
  MailSent,
  MailSentKind,
  MigrationUserView,
  PlanStep,
  PlanStepKind,
  PlanView,
  PreflightView,
  ProjectFacts,
  ProjectKind,
  ProjectView,
  ReportFile,
  ReportView,
  RunView,
  ThrottledSpan,
  ThroughputPoint,
  VerdictView,
  VerificationView,
  /** What every request rejects with. */
  Error as CoreError,
} from './bindings.gen';

export type StepId = 'project' | 'prepare' | 'mailboxes' | 'connect' | 'migrate' | 'convert' | 'finish';

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
