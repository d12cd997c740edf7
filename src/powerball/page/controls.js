/** The fields that say which rows are wanted, and how fast. */

import {element} from "./browser.js";
import {grouped, rowsAsText} from "./text.js";

/** Puts into the fields what an address holds, but for the winning numbers. */
export function fillControls(given) {
  const rate = given.get("rate");
  const rates = [...element("rate").options].map(option => option.value);
  if (rate !== null && !rates.includes(rate)) {
    element("rate").add(new Option((isWhole(rate) ? grouped(rate) : rate) + " a second", rate));
  }
  for (const [name, value] of given) {
    if (["rows", "rate", "seed", "drop"].includes(name)) {
      element(name).value = value;
    }
  }
  showDrill(element("drop").value);
}

function isWhole(text) {
  return /^\d+$/.test(text);
}

/** Only an address sets it. The server breaks each stream of the run after so many rows. */
function showDrill(drop) {
  const rows = isWhole(drop) ? rowsAsText(Number(drop)) : drop + " rows";
  element("drill").textContent = drop === "" ? "" : `Drill: breaks after ${rows}`;
}

/** What was typed stays text: a seed can exceed 2^53, and the server says what it accepts. */
export function readControls() {
  return {
    rows: element("rows").value.trim().replace(/(\d)[,_](?=\d{3})/g, "$1"), // 1,000 is 1000
    rate: element("rate").value,
    seed: element("seed").value.trim(),
    drop: element("drop").value.trim(),
  };
}
