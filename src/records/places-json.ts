/** Places on the topic as values of JSON have them: of stripes, and of a copy's bytes. */
import { z } from 'zod';
import { stripesFault, stripesLimit } from './stripes.ts';
import { isUploadId } from './upload-id.ts';

const whole = z.number().int().nonnegative();

/** `Stripe`s. */
export const stripesShape = z
  .array(z.tuple([whole, whole, whole]).readonly())
  .min(1)
  .max(stripesLimit)
  .refine((stripes) => stripesFault(stripes) === undefined)
  .readonly();

/** `CopySource`. */
export const copySource = z.object({
  upload: z.string().refine(isUploadId),
  path: z.string(),
  partition: whole,
  first: whole,
  last: whole,
});
