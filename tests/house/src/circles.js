/**
 * Groups of files that reach each other by imports: the strongly connected components of more than one node, and nodes that
 * import themselves (Tarjan). `graph` maps a node to those it imports.
 */
export function circles(graph) {
  const seen = new Map();
  const stack = [];
  const found = [];
  for (const node of graph.keys()) if (!seen.has(node)) visit(node);
  return found;

  function visit(node) {
    const state = { index: seen.size, low: seen.size, open: true };
    seen.set(node, state);
    stack.push(node);
    for (const next of graph.get(node) ?? []) {
      const other = seen.get(next);
      if (!other) state.low = Math.min(state.low, visit(next));
      else if (other.open) state.low = Math.min(state.low, other.index);
    }
    if (state.low === state.index) {
      const group = stack.splice(stack.indexOf(node));
      for (const member of group) seen.get(member).open = false;
      if (group.length > 1 || graph.get(node)?.includes(node)) found.push(group.sort());
    }
    return state.low;
  }
}
