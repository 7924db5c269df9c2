// What was picked among radio buttons or in a list, until it is known whether it was taken: one that is refused must not stay on.
export class Picked {
  #wanted = $state<string | null>(null);

  /** Which is on: what was picked just now, or else what is in force. */
  on(inForce: string | null): string | null {
    return this.#wanted ?? inForce;
  }

  async pick(value: string, choose: (value: string) => unknown): Promise<void> {
    this.#wanted = value;
    await choose(value);
    // Another may have been picked meanwhile.
    if (this.#wanted === value) this.#wanted = null;
  }
}
