import { expect, test } from 'vitest';

import { FakePlatform } from '../../../platform/fake';
import { Session } from '../../../session/session.svelte';
import { mailboxes } from '..';
import { ListState } from './state.svelte';
import { ROW } from './window';

/** Until everything that was asked for is here. */
const settled = () => new Promise((resume) => setTimeout(resume, 20));

async function opened(list: 'small' | 5000 = 5000) {
  const platform = new FakePlatform({ scene: 'prepared', list, tick: 0 });
  const session = new Session(platform);
  await session.load();
  const state = new ListState(session);
  await state.pick();
  expect(state.enter()).toBe(true);
  state.scrolled(0, 10 * ROW);
  await settled();
  return { state, session, platform };
}

test('a list is asked for once, and its rows as far as they are seen', async () => {
  const { state } = await opened();
  expect(state.enter()).toBe(false);
  expect(state.total).toBe(5000);
  expect(state.row(0)).toBeDefined();
  expect(state.row(4000)).toBeUndefined();
  state.scrolled(4000 * ROW, 10 * ROW);
  await settled();
  expect(state.row(4000)).toBeDefined();
});

test('an edit is seen where it was made, and undone', async () => {
  const { state } = await opened('small');
  const before = state.view!.counts.decide;
  const first = state.row(0)!;
  expect(first.suggestion).not.toBeNull();
  await state.change({ edit: 'UseSuggestion', row: first.row });
  expect(state.view!.counts.decide).toBe(before - 1);
  expect(state.row(0)!.row).not.toBe(first.row);
  await state.undo();
  expect(state.row(0)!.row).toBe(first.row);
});

test('a range is selected also where its rows were never seen', async () => {
  const { state } = await opened();
  await state.ask({ sort: 'Row' });
  await state.go(10);
  await state.go(3009, true);
  expect(state.selected.size).toBe(3000);
  expect(state.selected.has(12) && state.selected.has(3011)).toBe(true);
  await state.go(9, true);
  expect([...state.selected].sort((a, b) => a - b)).toEqual([11, 12]);
});

test('the answer to a question that was asked since another one was is not shown', async () => {
  const { state } = await opened('small');
  const late = state.ask({ filter: 'Repaired' });
  await state.ask({ filter: 'Decide' });
  await late;
  expect(state.total).toBe(state.view!.counts.decide);
});

test('when the last row is decided the whole list is shown', async () => {
  const { state } = await opened('small');
  await state.ask({ filter: 'Decide' });
  await state.selectAll();
  await state.leaveOut([...state.selected], true);
  expect(state.question.filter).toBe('All');
  expect(state.total).toBe(state.view!.counts.all);
});

test('what was written but not changed is no edit', async () => {
  const { state } = await opened('small');
  state.edit(0);
  await state.commit();
  expect(state.view!.undo).toBeNull();
  state.edit(0);
  state.editing!.text = 'a@nordvik.example';
  await state.commit();
  expect(state.view!.undo).toBe('Address');
});

test('an edit after saving asks for saving again', async () => {
  const { state } = await opened();
  await state.save();
  expect(state.saved).not.toBeNull();
  await state.change({ edit: 'SuggestPilot' });
  expect(state.saved).toBeNull();
});

test('the rail says what a list still asks for', async () => {
  const { state, session } = await opened('small');
  expect(mailboxes.standing(session.project, state.view)).toMatchObject({ state: 'warn' });
  await state.ask({ filter: 'Decide' });
  await state.selectAll();
  await state.leaveOut([...state.selected], true);
  expect(mailboxes.standing(session.project, state.view)).toMatchObject({ state: 'todo' });
  expect(await state.use()).toBe(true);
  expect(mailboxes.standing(session.project, state.view)).toMatchObject({ state: 'done' });
});

test('another list begins at its beginning, a closed project has none', async () => {
  const { state, session, platform } = await opened('small');
  await state.ask({ filter: 'Pilot' });
  await state.pick();
  expect(state.enter()).toBe(true);
  expect(state.question.filter).toBe('All');
  await session.entered((await platform.closeProject()).project);
  expect(session.list.view).toBeNull();
});
