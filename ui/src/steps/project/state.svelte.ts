import type { AnswersDto, ProjectKind, ProjectView, VerdictView } from '../../platform/types';
import type { Session } from '../../session/session.svelte';
import { answered, noAnswers, type Question } from './questions';
import { verdict } from './verdict';

export class ProjectState {
  #session: Session;

  kind = $state<ProjectKind>('Practice');
  opening = $state(false);
  /** The company of a project that is to be made, and whether its folder is chosen by hand. */
  company = $state('');
  folder = $state(false);
  /** Pressed with whatever the fields had. */
  pressed = $state(false);
  /** The name of the open company while it is being changed; null while it is not. */
  renaming = $state<string | null>(null);
  saving = $state(false);
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
    return this.#enter(async () => this.#answered(await this.#session.platform.createPractice(null)));
  }

  /** Makes a project of a real company and opens it. Whether it did; a person may think better of it. */
  async createReal(title: string): Promise<boolean> {
    this.pressed = true;
    const name = this.company.trim();
    if (name === '') return false;
    return this.#enter(async () => {
      const project = await this.#session.platform.createProject(name, this.folder, title);
      return project && this.#answered(project);
    });
  }

  async reopen(path: string): Promise<boolean> {
    return this.#enter(() => this.#session.platform.openProject(path));
  }

  /** Opens one that the list does not have, from its folder. */
  async pick(title: string): Promise<boolean> {
    return this.#enter(() => this.#session.platform.pickProject(title));
  }

  /** What was answered beforehand fills the gaps, and only those: the practice company knows itself. */
  async #answered(project: ProjectView): Promise<ProjectView> {
    const draft = this.#draft;
    const answers = { ...draft };
    let gap = false;
    for (const question of Object.keys(draft) as Question[]) {
      const known = project.answers[question];
      if (known === null && draft[question] !== null) gap = true;
      if (known !== null) answers[question] = known;
    }
    return gap ? this.#session.platform.answer(answers) : project;
  }

  /** Gives the company the name that was typed. Whether it has it. */
  async rename(): Promise<boolean> {
    const name = this.renaming?.trim() ?? '';
    if (name === '' || this.saving) return false;
    this.saving = true;
    const places = await this.#session.ask(() => this.#session.platform.setCompany(name));
    this.saving = false;
    if (!places) return false;
    this.#session.places = places;
    await this.#session.refresh();
    this.renaming = null;
    return true;
  }

  async close(): Promise<void> {
    this.renaming = null;
    await this.#session.ask(async () => {
      this.#session.app = await this.#session.platform.closeProject();
      await this.#session.entered(this.#session.app.project);
    });
  }

  async #enter(open: () => Promise<ProjectView | null>): Promise<boolean> {
    if (this.opening) return false;
    this.opening = true;
    const entered = await this.#session.ask(async () => {
      const project = await open();
      if (!project) return false;
      await this.#session.entered(project);
      return true;
    });
    if (entered) await this.#session.findList();
    this.opening = false;
    return entered ?? false;
  }
}
