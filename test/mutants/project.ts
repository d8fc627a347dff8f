/** The project's files as its compiler parses them: what they import, and the mutants of those that are asked for. */
import { join } from 'node:path';
import { API } from 'typescript/unstable/sync';
import type { Mutant } from './mutant.ts';
import { mutantsOf } from './mutants.ts';

/** The mutants of these files, by path. Throws where the project has no such file. */
export function readMutants(
  folder: string,
  paths: readonly string[],
): ReadonlyMap<string, readonly Mutant[]> {
  const api = new API({ cwd: folder });
  try {
    const configuration = join(folder, 'tsconfig.json');
    const program = api.updateSnapshot({ openProject: configuration }).getProject(configuration)?.program;
    return new Map(
      paths.map((path) => {
        const file = program?.getSourceFile(join(folder, path));
        if (file === undefined) throw new Error(`${path} is no file of the project`);
        return [path, mutantsOf(file, path)];
      }),
    );
  } finally {
    api.close();
  }
}
