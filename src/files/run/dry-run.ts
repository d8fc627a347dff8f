/** Says what an upload would do, and does nothing of it. */
import { rootPath } from '../../records/path.ts';
import type { Selection, Source, SourceFile } from '../../stores/contract.ts';
import { Deletions } from '../find/deletions.ts';
import type { UploadSettings } from '../shared/options.ts';
import type { Progress } from '../shared/progress.ts';
import type { Decision } from '../state/decide.ts';
import { RootEvidence } from '../state/root-evidence.ts';
import type { UploadState } from '../state/upload-state.ts';

export interface DryRunOptions {
  readonly source: Source;
  readonly selection: Selection;
  readonly settings: UploadSettings;
  readonly state: UploadState;
  readonly judge: (file: SourceFile) => Decision;
  readonly progress: Progress;
}

export async function dryRun(options: DryRunOptions): Promise<void> {
  const { source, selection, settings, state, judge, progress } = options;
  const { onEvent, signal, maxDelete } = settings;
  const evidence = new RootEvidence(source, state);
  const isBelieved = async (): Promise<boolean> => {
    const root = await source.rootId();
    if (root === undefined) return false;
    return state.root === undefined || root === state.root || evidence.speaksFor(root);
  };
  const isBusy = (): boolean => false;
  const deletions = new Deletions({ source, selection, state, maxDelete, isBelieved, isBusy });
  const unsendable = ({ path, reason }: { path: string; reason: string }): void => {
    deletions.spare(path);
    onEvent({ type: 'not-sent', path, reason, again: false });
  };
  evidence.begins();
  deletions.begins();
  for await (const file of source.list(selection, unsendable)) {
    if (signal?.aborted) return;
    if (state.has(file.path) && file.path !== rootPath) evidence.found(file.path);
    deletions.met(file);
    const decision = judge(file);
    if (decision.action === 'unchanged') {
      if (!file.isFolder) progress.filesUnchanged++;
      continue;
    }
    const reason =
      decision.action === 'send' ? decision.reason : decision.action === 'resume' ? 'resume' : 'changed';
    onEvent({ type: 'would-send', path: file.path, size: file.size, reason });
  }
  if (!settings.delete) return;
  const plan = await deletions.plan(deletions.ended());
  if ('remove' in plan) {
    for (const { path } of plan.remove) onEvent({ type: 'would-delete', path });
    return;
  }
  const { refused: message, gone, known } = plan;
  progress.filesFailed++;
  onEvent({ type: 'deletions-refused', gone, known, message });
}
