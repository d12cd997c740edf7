/** The fields that say which rows are wanted, and how fast. */

import {element} from "./browser.js";
import {grouped} from "./text.js";

/** Puts into the fields what an address holds, but for the winning numbers. */
export function fillControls(given) {
  const rate = given.get("rate");
  const rates = [...element("rate").options].map(option => option.value);
  if (rate !== null && !rates.includes(rate)) {
    const figure = /^\d+$/.test(rate) ? grouped(rate) : rate;
    element("rate").add(new Option(figure + " a second", rate));
  }
  for (const [name, value] of given) {
    if (["rows", "rate", "seed"].includes(name)) {
      element(name).value = value;
    }
  }
}

/** What was typed stays text: a seed can exceed 2^53, and the server says what it accepts. */
export function readControls() {
  return {
    rows: element("rows").value.trim().replace(/(\d)[,_](?=\d{3})/g, "$1"), // 1,000 is 1000
    rate: element("rate").value,
    seed: element("seed").value.trim(),
  };
}
