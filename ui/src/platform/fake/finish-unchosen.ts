// Mailboxes of the pretend old server that nobody chose: nobody in an ordinary scene, a dozen where somebody was forgotten.
import type { MailboxName } from '../types';
import { company, people } from './company';

const forgotten = (): MailboxName[] => {
  const things = ['Växeln', 'Skrivare plan 1', 'Skrivare plan 2', 'Fakturor', 'Reception', 'Lager', 'Bil 1', 'Bil 2', 'Bil 3', 'Praktikant', 'Arkiv'];
  const plain = (name: string) => name.toLowerCase().replaceAll('ä', 'a').replaceAll(' ', '.');
  const per = people.filter((one) => one.address.startsWith('per.mansson'));
  return [...per.map(({ name, address }) => ({ name, address })), ...things.map((name) => ({ name, address: `${plain(name)}@${company.domain}` }))];
};

export class FakeUnchosen {
  #all: MailboxName[];
  #stay = new Set<string>();

  constructor(some: boolean) {
    this.#all = some ? forgotten() : [];
  }

  decide(addresses: string[], stays: boolean): void {
    for (const address of addresses) {
      if (stays) this.#stay.add(address);
      else this.#stay.delete(address);
    }
  }

  view(): MailboxName[] {
    return this.#all.filter((one) => !this.#stay.has(one.address));
  }

  staying(): MailboxName[] {
    return this.#all.filter((one) => this.#stay.has(one.address));
  }
}
