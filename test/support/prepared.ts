/** What test/support/prepare.ts made for all files of a run. Each is undefined where that did not run. */

/** Folder of the operator as it is now in one file: it starts with a third of the work of the source. */
export const bundle = process.env['LANDFALL_TEST_BUNDLE'];

/** Where Node keeps what it compiled of the bundle. */
export const compileCache = bundle === undefined ? {} : { NODE_COMPILE_CACHE: `${bundle}/compiled` };

/** Of local AWSs, which start at once there: the option of `startLocalAws`. */
export const nursery = process.env['LANDFALL_TEST_NURSERY'];
