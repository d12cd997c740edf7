/** Figures, as people read them. */

export function grouped(number, decimals = 0) {
  return Number(number).toLocaleString("en-US",
      {minimumFractionDigits: decimals, maximumFractionDigits: decimals});
}

export function dollars(amount) {
  return (amount < 0 ? "-$" : "$") + grouped(Math.floor(Math.abs(amount)));
}

/** With decimals only if they matter. */
export function rough(number) {
  return grouped(number, number < 1000 ? 2 : 0);
}

export function signed(number) {
  return (number < 0 ? "\u2212" : "+") + Math.abs(number).toFixed(1);
}

export function times(number) {
  return number === 1 ? "1 time" : grouped(number) + " times";
}

export function rowsAsText(number) {
  return number === 1 ? "1 row" : grouped(number) + " rows";
}

export function duration(seconds, decimals) {
  if (seconds < 60) {
    return seconds.toFixed(decimals) + " s";
  }
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${Math.floor(seconds % 60)} s`
      : `${grouped(Math.floor(minutes / 60))} h ${minutes % 60} min`;
}
