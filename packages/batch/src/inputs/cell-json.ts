/** A number as JSON writes it; `007` is none, and stays text. */
const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;

/** A cell of a CSV file as JSON. */
export function cellJson(cell: string): string {
  if (cell === '') return 'null';
  if (cell === 'true' || cell === 'false' || NUMBER.test(cell)) return cell;
  return JSON.stringify(cell);
}
