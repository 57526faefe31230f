import { proveCrashPoints } from '../support/crash-points.ts';

proveCrashPoints(Array.from({ length: 30 }, (_, index) => index + 31));
