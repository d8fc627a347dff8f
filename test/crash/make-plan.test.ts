import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crashPoints } from '../../src/crash-points.ts';
import { makePlan } from './make-plan.ts';
import { planText } from './plan.ts';
import { pointsOf } from './points.ts';

test('The same seed gives the same plan, and another seed another one', () => {
  assert.equal(planText(makePlan(3)), planText(makePlan(3)));
  assert.notEqual(planText(makePlan(3)), planText(makePlan(4)));
});

test('Among some hundred seeds there is every kind of target, step, fault and point', () => {
  const plans = Array.from({ length: 600 }, (_, seed) => makePlan(seed));
  const steps = plans.flatMap((plan) => plan.steps);
  const kinds = (values: readonly unknown[]): number => new Set(values).size;
  assert.equal(kinds(plans.map(({ target }) => target)), 12);
  assert.equal(kinds(steps.map((step) => step.do)), 24);
  assert.equal(kinds(steps.flatMap((step) => (step.do === 'network' ? step.fault : []))), 8);
  assert.equal(kinds(steps.flatMap((step) => (step.do === 'signal' ? step.signal : []))), 4);
  const fatal = steps.flatMap((step) => (step.do === 'start' && step.fatal ? step.fatal.point : []));
  assert.deepEqual(fatal.filter((point, at) => fatal.indexOf(point) === at).sort(), [...crashPoints].sort());
  assert.deepEqual([...pointsOf('uploader'), ...pointsOf('downloader')].sort(), [...crashPoints].sort());
});
