// What the address of a page asks of the pretend core. What it does not name, or names wrongly, is as usual.
import { tenants } from './cloud';
import { finishScenes } from './finish';
import { listSizes } from './list';
import { engines, scenes, type FakeOptions } from './options';
import { signIns } from './places';

export function asked(search: string): FakeOptions {
  const words = new URLSearchParams(search);
  return {
    scene: scenes.find((one) => one === words.get('scene')) ?? 'fresh',
    keychain: words.get('keychain') !== 'no',
    latency: Number(words.get('latency') ?? 60),
    tick: Number(words.get('tick') ?? 100),
    list: listSizes.find((size) => String(size) === words.get('list')) ?? 'small',
    started: words.get('started') === 'yes',
    engine: engines.find((one) => one === words.get('engine')) ?? 'Direct',
    silent: words.get('silent') === 'yes',
    finish: finishScenes.find((one) => one === words.get('finish')) ?? 'unseen',
    kind: words.get('kind') === 'Real' ? 'Real' : 'Practice',
    connected: words.get('connected') !== 'no',
    signIn: signIns.find((one) => one === words.get('signIn')) ?? 'ok',
    tenant: tenants.find((one) => one === words.get('tenant')) ?? 'endpoints',
  };
}
