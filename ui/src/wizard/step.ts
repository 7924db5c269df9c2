// What a step is: the contract between a folder under `steps/` and the wizard.
import type { Component } from 'svelte';

import type { ListView, PlacesView, ProjectView, StepId } from '../platform/types';
import type { FinishSession } from '../session/finish.svelte';

/** Where a step stands; each has a shape of its own in the rail, and a word. */
export type StandingState = 'todo' | 'now' | 'done' | 'run' | 'warn' | 'fail' | 'lock';

export interface Standing {
  state: StandingState;
  /** In words, for under the step's name. */
  detail: string;
}

export interface StepDefinition {
  id: StepId;
  title(): string;
  /** Derived from the project's facts, the open list, what is known of the last step, and what is connected. */
  standing(project: ProjectView | null, list: ListView | null, finish?: FinishSession, places?: PlacesView | null): Standing;
  component: Component;
}
