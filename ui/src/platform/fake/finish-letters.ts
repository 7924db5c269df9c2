// Letters on the pretend platform.
import type { LetterFieldsDto, LetterPerson, LetterPreview, LettersView, RedoItem } from '../types';
import { company, people } from './company';

const letters = ['notice', 'reminder', 'ready', 'phone'];
const texts: Record<string, Record<string, string>> = {
  en: {
    notice: 'Your mailbox is moving\nHello {{ name }},\n\non {{ date }} your mailbox moves to Microsoft 365. You need do nothing until then.\n\nQuestions: {{ helpdesk }}\n{{ company }}',
    reminder: 'Your mailbox moves tomorrow\nHello {{ name }},\n\nyour mailbox moves tomorrow, {{ hours }}. Leave your computer on.\n\n{{ company }}',
    ready: 'Your new mailbox is ready\nHello {{ name }},\n\nYour mailbox is in Microsoft 365. New mail arrives there.\n\n1. Begin on the web: {{ web }}. Sign in as {{ upn }}.\n2. Give Outlook a new profile.\n3. Write your automatic reply, your rules and your signature again.\n\nQuestions: {{ helpdesk }}\n{{ company }}',
    phone: 'Your phone\nHello {{ name }},\n\nremove the old account from your phone and add {{ address }} again.\n\n{{ company }}',
  },
  sv: {
    notice: 'Din postlåda flyttar\nHej {{ name }},\n\nden {{ date }} flyttar din postlåda till Microsoft 365. Du behöver inte göra något till dess.\n\nFrågor: {{ helpdesk }}\n{{ company }}',
    reminder: 'Din postlåda flyttar i morgon\nHej {{ name }},\n\ndin postlåda flyttar i morgon, {{ hours }}. Låt datorn vara på.\n\n{{ company }}',
    ready: 'Din nya postlåda är klar\nHej {{ name }},\n\nDin postlåda finns i Microsoft 365. Ny e‑post kommer dit.\n\n1. Börja på webben: {{ web }}. Logga in som {{ upn }}.\n2. Ge Outlook en ny profil.\n3. Skriv frånvaromeddelande, regler och signatur igen.\n\nFrågor: {{ helpdesk }}\n{{ company }}',
    phone: 'Din telefon\nHej {{ name }},\n\nta bort det gamla kontot ur telefonen och lägg till {{ address }} igen.\n\n{{ company }}',
  },
};

export class FakeLetters {
  #fields: LetterFieldsDto = {
    company: company.name,
    date: '',
    hours: '18–22',
    helpdesk: 'it@nordvik.example, 090-12 34 56',
    keepUntil: '',
    limitMb: 36,
    language: 'en',
    way: 'Graph',
    from: company.notify,
  };
  #own = new Map<string, string>();
  #states = new Map<string, LetterPerson>();

  /** Letters that went out, one that did not arrive, and one of which nobody knows. */
  begin(addresses: string[], now: number): void {
    this.#fields = { ...this.#fields, date: '28 November', keepUntil: '31 December' };
    this.send('notice', addresses, now);
    this.send('reminder', addresses, now);
    this.send('ready', addresses.slice(0, 5), now);
    this.#note('ready', addresses[1] ?? '', { state: 'Failed', serverWords: '550 5.1.1 mailbox unavailable' });
    this.#note('ready', addresses[2] ?? '', { state: 'Unknown' });
  }

  setFields(fields: LetterFieldsDto): void {
    this.#fields = fields;
  }

  send(letter: string, addresses: string[], now: number): void {
    for (const address of addresses) this.#note(letter, address, { state: 'Sent', at: new Date(now).toISOString(), way: this.#fields.way });
  }

  #note(letter: string, address: string, more: Partial<LetterPerson>): void {
    const name = people.find((one) => one.address === address)?.name ?? '';
    this.#states.set(`${letter}/${address}`, { address, name, state: 'Waiting', at: null, way: null, serverWords: '', ...more });
  }

  person(letter: string, address: string): LetterPerson {
    const name = people.find((one) => one.address === address)?.name ?? '';
    return this.#states.get(`${letter}/${address}`) ?? { address, name, state: 'Waiting', at: null, way: null, serverWords: '' };
  }

  template = (letter: string, language: string) => this.#own.get(`${letter}/${language}`) ?? texts[language]?.[letter] ?? '';

  /** Whether the text is a template that can be read. */
  setTemplate(letter: string, language: string, text: string | null): boolean {
    if (text !== null && (text.match(/\{\{/g) ?? []).length !== (text.match(/\}\}/g) ?? []).length) return false;
    if (text === null) this.#own.delete(`${letter}/${language}`);
    else this.#own.set(`${letter}/${language}`, text);
    return true;
  }

  preview(letter: string, language: string, address: string | null, addresses: string[]): LetterPreview {
    const to = addresses.find((one) => one === address) ?? addresses[0] ?? '';
    const name = people.find((one) => one.address === to)?.name ?? '';
    const values: Record<string, string> = { ...this.#fields, limitMb: String(this.#fields.limitMb), name, address: to, upn: to, web: 'https://outlook.office.com' };
    const text = this.template(letter, language).replace(/\{\{ (\w+) \}\}/g, (_, field: string) => values[field] ?? '');
    const [subject = '', ...rest] = text.split('\n');
    return { to, name, subject, text: rest.join('\n'), attachments: [], people: addresses };
  }

  redo(address: string): RedoItem[] {
    const plain = { folder: null, date: null, megabytes: null, value: null };
    return [
      { ...plain, kind: 'OutlookProfile' },
      { ...plain, kind: 'Phone' },
      { ...plain, kind: 'Signature' },
      ...(address.startsWith('orjan')
        ? [
            { ...plain, kind: 'AutomaticReply' as const, value: 'Jag är ledig till den 1 december.' },
            { ...plain, kind: 'Delegate' as const, value: 'siv.jonsson@nordvik.example' },
            { kind: 'LeftBehind' as const, folder: 'Inkorgen/Ritningar', date: '2019-04-02T07:12:00Z', megabytes: 171, value: null },
          ]
        : []),
    ];
  }

  view(addresses: string[]): LettersView {
    return {
      letters: letters.map((letter) => {
        const all = addresses.map((address) => this.person(letter, address));
        const of = (state: string) => all.filter((one) => one.state === state).length;
        return {
          letter,
          total: all.length,
          sent: of('Sent'),
          failed: of('Failed'),
          unknown: of('Unknown'),
          lastAt: null,
          edited: ['en', 'sv'].filter((language) => this.#own.has(`${letter}/${language}`)),
          people: all,
        };
      }),
      fields: this.#fields,
      mergeFields: ['name', 'address', 'upn', 'date', 'hours', 'helpdesk', 'keepUntil', 'web', 'company'],
      senders: ['Graph', 'Smtp'],
      running: null,
      of: 0,
      done: 0,
      folder: '/projekt/Nordvik.stegvis/letters',
    };
  }
}
