import { stripVTControlCharacters } from 'node:util';

const FAILURES_MAX = 8;
const LINES_MAX = 6;

/** Prints, when all is over, the first sides of what differed: with the summary that follows, the last lines of a log say why. */
export default class Differences {
  onTestRunEnd(modules) {
    const failed = modules.flatMap((module) => [...module.children.allTests('failed')]);
    for (const test of failed.slice(0, FAILURES_MAX)) {
      const lines = stripVTControlCharacters(test.result().errors[0]?.diff ?? '')
        .split('\n')
        .filter((line) => /^[-+] {2}/.test(line))
        .slice(0, LINES_MAX);
      if (lines.length === 0) continue;
      console.log(`\ndiffers in ${test.fullName.slice(0, 100)}`);
      for (const line of lines) console.log(line.replace(/ +/g, ' ').slice(0, 120));
    }
  }
}
