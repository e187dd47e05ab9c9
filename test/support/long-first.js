const Sequencer = require("@jest/test-sequencer").default;

/** Small files that last long. */
const LONG = /\/(chaos\/chaos|model\/model|hook\/histories\.property|ocp\/(fuzz|mask)|e2e\/(docs|product))\.test\.ts$/;

/** A fresh clone knows no durations, and Jest goes by the size of files: what lasts long would begin last, and go on alone. */
module.exports = class extends Sequencer {
  async sort(tests) {
    const sorted = await super.sort(tests);
    const isLong = ({ duration, path }) => duration === undefined && LONG.test(path);
    return [...sorted.filter(isLong), ...sorted.filter((test) => !isLong(test))];
  }
};
