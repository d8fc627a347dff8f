/** A store that took other bytes than it was given. */
import { StoreFault } from '../../store-fault.ts';

/** Other bytes than were sent stand there now, by this tag. */
export class SpoiltFault extends StoreFault {
  readonly tag: string;

  constructor(message: string, tag: string) {
    super(message, { scope: 'sink', code: 'EAGAIN' });
    this.tag = tag;
  }
}
