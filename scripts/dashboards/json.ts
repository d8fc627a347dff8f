/** A dashboard as Grafana reads it. Pure. */
import {
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  ReduceDataOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  type Dashboard,
  DashboardBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  VariableRefresh,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as NumberBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as GraphBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import type { Board, Panel } from './panel.ts';

/** Which Prometheus is asked is chosen on the page. */
const datasource = { type: 'prometheus', uid: '$datasource' };
/** What `$of` stands for. */
const chosen = 'job=~"$job",instance=~"$instance"';

/** The same data gives the same bytes. */
export function dashboardJson(board: Board): string {
  return `${JSON.stringify(dashboardOf(board), undefined, 2)}\n`;
}

function dashboardOf({ name, title, description, rows }: Board): Dashboard {
  const dashboard = new DashboardBuilder(title)
    .uid(name)
    .description(description)
    .tags(['sluice'])
    .editable()
    .refresh('30s')
    .time({ from: 'now-3h', to: 'now' })
    .timezone('browser')
    .withVariable(new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'))
    .withVariable(choice('job', 'Job', 'label_values(up{job=~"sluice.*"}, job)'))
    .withVariable(choice('instance', 'Instance', 'label_values(up{job=~"$job"}, instance)'));
  let id = 0;
  for (const row of rows) {
    id += 1;
    dashboard.withRow(new RowBuilder(row.title).id(id));
    const [width, height] = row.panels.every(({ kind }) => kind === 'number') ? [4, 4] : [8, 8];
    for (const panel of row.panels) {
      id += 1;
      dashboard.withPanel(panelOf(panel).id(id).span(width).height(height));
    }
  }
  return dashboard.build();
}

function choice(name: string, label: string, query: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(datasource)
    .query(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ text: ['All'], value: ['$__all'] });
}

function panelOf({
  kind,
  title,
  description,
  unit,
  queries,
  bad,
  below,
}: Panel): GraphBuilder | NumberBuilder {
  const isNumber = kind === 'number';
  const panel = isNumber
    ? new NumberBuilder().reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    : new GraphBuilder()
        .fillOpacity(10)
        .thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(lineOf(bad, below)));
  panel.title(title).description(description).unit(unit).min(0).datasource(datasource);
  panel.thresholds(steps(bad, below));
  for (const [index, [expression, legend]] of queries.entries()) {
    const query = new DataqueryBuilder().expr(expression.replaceAll('$of', chosen)).datasource(datasource);
    query.refId(String.fromCharCode(65 + index));
    panel.withTarget(isNumber ? query.instant() : query.range().legendFormat(legend));
  }
  return panel;
}

const lineOf = (bad?: number, below?: number) =>
  bad === undefined && below === undefined ? GraphThresholdsStyleMode.Off : GraphThresholdsStyleMode.Dashed;

function steps(bad: number | undefined, below: number | undefined): ThresholdsConfigBuilder {
  const [first, then] = below === undefined ? ['green', 'red'] : ['red', 'green'];
  const at = bad ?? below;
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps([{ color: first, value: null }, ...(at === undefined ? [] : [{ color: then, value: at }])]);
}
