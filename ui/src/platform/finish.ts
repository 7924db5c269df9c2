// What Finish may ask of the core.
import type {
  CleanupView,
  DnsPageView,
  DnsSettingsDto,
  FinishAnswersDto,
  FinishView,
  HabitsView,
  LetterFieldsDto,
  LetterPreview,
  LettersView,
  LicenceWishesDto,
  LicencesView,
  PracticeMail,
  RedoItem,
  ReportFile,
} from './types';

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
  /** Says that mailboxes stay behind when MX moves, or that they count again. */
  stayBehind(addresses: string[], stays: boolean): Promise<DnsPageView>;
  /** Has somebody outside send a test mail to the practice company. */
  practiceMail(): Promise<PracticeMail>;
  saveDnsLines(): Promise<ReportFile>;

  licencesView(wishes: LicenceWishesDto): Promise<LicencesView>;
  assignLicences(wishes: LicenceWishesDto): Promise<LicencesView>;
  stopLicences(): Promise<void>;

  lettersView(): Promise<LettersView>;
  setLetterFields(fields: LetterFieldsDto): Promise<LettersView>;
  letterPreview(letter: string, language: string, address: string | null): Promise<LetterPreview>;
  letterTemplate(letter: string, language: string): Promise<string>;
  /** Nothing for the text is ours again. */
  setLetterTemplate(letter: string, language: string, text: string | null): Promise<LettersView>;
  /** To whom it was not sent; with addresses, to these again. */
  sendLetters(letter: string, only: string[] | null): Promise<LettersView>;
  stopLetters(): Promise<LettersView>;
  saveLetters(letter: string): Promise<ReportFile[]>;
  redoList(address: string): Promise<RedoItem[]>;

  habitsView(): Promise<HabitsView>;
  readHabits(): Promise<HabitsView>;
  taskDone(id: number, done: boolean): Promise<HabitsView>;

  /** The end of the migration as the project knows it; nobody is asked. */
  finishView(): Promise<FinishView>;
  finishAnswer(answers: FinishAnswersDto): Promise<FinishView>;
  removeBatch(name: string): Promise<FinishView>;
  cleanUp(dryRun: boolean): Promise<CleanupView>;
}
