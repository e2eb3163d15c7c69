import { exportsOf } from '../../../tests/house/src/exports.js';
import { entriesOf, sourceFiles } from '../../../tests/house/src/source.js';
import { root } from './pages.js';

const checkout = {
  files: new Map(sourceFiles(root).map((file) => [file.path.replaceAll('\\', '/'), file])),
  entries: entriesOf(root),
};

/** The names that an entry's file exports, read from the sources: TypeDoc has no part in it. */
export function exportedNames(source) {
  return [...exportsOf(checkout, source).keys()];
}

/** Numbers of the equations that the docstrings right above those names cite, as in docs/theory.md (41) to (43). */
export function citedEquations(source) {
  const numbers = [...exportsOf(checkout, source).values()].flatMap(({ path, name }) => {
    const docstring = new RegExp(
      `/\\*\\*((?:(?!\\*/)[\\s\\S])*)\\*/\\s*(?:export )?(?:async )?(?:function\\*?|class|const|interface|type) ${name}\\b`,
    ).exec(checkout.files.get(path)?.text ?? '')?.[1];
    const words = (docstring ?? '').replaceAll(/\s*\n\s*\*\s*/g, ' ');
    return [...words.matchAll(/theory\.md((?:(?:,| and| to|–)? ?\(\d+\))+)/g)].flatMap(([, list]) =>
      [...list.matchAll(/\d+/g)].map(([number]) => Number(number)),
    );
  });
  return [...new Set(numbers)];
}
