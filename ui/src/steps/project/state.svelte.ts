import type { AnswersDto, ProjectKind, VerdictView } from '../../platform/types';
import type { Session } from '../../session/session.svelte';
import { answered, noAnswers, type Question } from './questions';
import { verdict } from './verdict';

export class ProjectState {
  #session: Session;

  kind = $state<ProjectKind>('Practice');
  opening = $state(false);
  /** Answers given before a project is open. */
  #draft = $state.raw<AnswersDto>(noAnswers);

  constructor(session: Session) {
    this.#session = session;
    if (session.project) this.kind = session.project.kind;
  }

  get answers(): AnswersDto {
    return this.#session.project?.answers ?? this.#draft;
  }

  get verdict(): VerdictView {
    return this.#session.project?.verdict ?? verdict(this.#draft);
  }

  get answered(): number {
    return answered(this.answers);
  }

  async answer(question: Question, value: string): Promise<void> {
    const answers = { ...this.answers, [question]: value };
    if (!this.#session.project) {
      this.#draft = answers;
      return;
    }
    const project = await this.#session.ask(() => this.#session.platform.answer(answers));
    if (project) this.#session.project = project;
  }

  /** Starts the practice company and opens its project. Whether it did. */
  async openPractice(): Promise<boolean> {
    const draft = this.#draft;
    return this.#enter(async () => {
      const project = await this.#session.platform.createPractice(null);
      // What was answered beforehand fills the gaps, and only those: the practice company knows itself.
      const answers = { ...draft };
      let gap = false;
      for (const question of Object.keys(draft) as Question[]) {
        const known = project.answers[question];
        if (known === null && draft[question] !== null) gap = true;
        if (known !== null) answers[question] = known;
      }
      return gap ? this.#session.platform.answer(answers) : project;
    });
  }

  async reopen(path: string): Promise<boolean> {
    return this.#enter(() => this.#session.platform.openProject(path));
  }

  async close(): Promise<void> {
    await this.#session.ask(async () => {
      this.#session.app = await this.#session.platform.closeProject();
      await this.#session.entered(this.#session.app.project);
    });
  }

  async #enter(open: () => ReturnType<Session['platform']['projectView']>): Promise<boolean> {
    this.opening = true;
    const entered = await this.#session.ask(async () => {
      await this.#session.entered(await open());
      return true;
    });
    if (entered) await this.#session.findList();
    this.opening = false;
    return entered ?? false;
  }
}
