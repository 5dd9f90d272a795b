/* Paper comes out of the page itself; see the print rules in base.css. */
export function print(): void {
  window.print();
}
