/** What the page may ask of the isolation; the answer is a `DoctorReport`. */
import { z } from 'zod';

export const doctorArguments = { examine: z.tuple([]) } as const;
