/** The table of prize tiers: what the tickets should have won, and what they did. */

import {element} from "./browser.js";
import {TICKET_DOLLARS, TIERS, anyOdds, odds, tierName} from "./rules.js";
import {dollars, grouped, rough} from "./text.js";

export function makeTiers() {
  const body = element("tiers").querySelector("tbody");
  for (const tier of TIERS) {
    body.append(makeTier(tierName(tier), dollars(tier.dollars), odds(tier)));
  }
  body.append(makeTier("any", "", anyOdds()));
}

function makeTier(name, prize, tierOdds) {
  const row = document.createElement("tr");
  const head = document.createElement("th");
  head.scope = "row";
  head.textContent = name;
  row.append(head);
  for (const text of [prize, rough(tierOdds), "", "", ""]) {
    row.insertCell().textContent = text;
  }
  return row;
}

export function showTiers(run, winning) {
  const {ticketsCounted, winners} = run.tally;
  let allPaid = 0;
  TIERS.forEach((tier, i) => {
    allPaid += run.paid(i);
    showTier(i, ticketsCounted / odds(tier), winners[i], run.paid(i), winning);
  });
  const allWinners = winners.reduce((sum, some) => sum + some, 0);
  showTier(TIERS.length, ticketsCounted / anyOdds(), allWinners, allPaid, winning);
  const uncounted = run.rowsReceived - ticketsCounted;
  showMoney(ticketsCounted * TICKET_DOLLARS, allPaid, uncounted, winning);
}

function showTier(i, shouldWin, didWin, dollarsPaid, winning) {
  const row = element("tiers").querySelector("tbody").rows[i];
  const known = winning !== null;
  row.cells[3].textContent = rough(shouldWin);
  row.cells[4].textContent = known ? grouped(didWin) : "-";
  row.cells[5].textContent = known ? dollars(dollarsPaid) : "-";
  row.cells[4].classList.toggle("some", didWin > 0);
}

function showMoney(sales, allPaid, uncounted, winning) {
  const money = winning === null ? `Sales ${dollars(sales)}. Draw to see who has won.`
      : `Sales ${dollars(sales)}, paid ${dollars(allPaid)}, left ${dollars(sales - allPaid)}.`;
  element("money").textContent = uncounted === 0 ? money : money
      + ` Not counted: ${grouped(uncounted)} tickets from before the draw, whose numbers were`
      + " not kept.";
}
