/** Makes a failing plan shorter: steps that it fails without are left out. */
import type { Plan, Step } from './plan.ts';

export interface ShrinkOptions {
  /** True when the plan fails. */
  readonly fails: (plan: Plan) => Promise<boolean>;
  /** Plans that are tried at the most. */
  readonly most: number;
}

/** The shortest that was found; the plan itself when it does not fail again, as what hangs on the moment may not. */
export async function shrink(plan: Plan, { fails, most }: ShrinkOptions): Promise<Plan> {
  let tries = 0;
  const failsWith = (steps: readonly Step[]): Promise<boolean> => {
    tries++;
    return fails({ ...plan, steps });
  };
  let steps = plan.steps;
  if (!(await failsWith(steps))) return plan;
  for (let size = Math.ceil(steps.length / 2); size >= 1; size = Math.floor(size / 2)) {
    // From the end: what comes first has made what comes later possible.
    for (let end = steps.length; end > 0 && tries < most; end -= size) {
      const without = [...steps.slice(0, Math.max(0, end - size)), ...steps.slice(end)];
      if (without.length < steps.length && (await failsWith(without))) steps = without;
    }
  }
  return { ...plan, steps };
}
