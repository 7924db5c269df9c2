// What is known for the last step, as it was told or asked last: for its pages and for the rail.
import type { DnsPageView, FinishView, HabitsView, LettersView, LicencesView } from '../platform/types';

export class FinishSession {
  dns = $state.raw<DnsPageView | null>(null);
  licences = $state.raw<LicencesView | null>(null);
  letters = $state.raw<LettersView | null>(null);
  habits = $state.raw<HabitsView | null>(null);
  end = $state.raw<FinishView | null>(null);

  clear(): void {
    this.dns = this.licences = this.letters = this.habits = this.end = null;
  }
}
