import { copyText } from './copy';

/** Copies, and knows for a moment that it did. */
export class Copied {
  now = $state(false);

  async copy(text: string): Promise<void> {
    await copyText(text);
    this.now = true;
    setTimeout(() => (this.now = false), 2000);
  }
}
