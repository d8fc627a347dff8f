{{- define "sluice.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" }}
{{- end }}

{{- /* Names of Services begin with a letter and have no dots; a release's may have both. */ -}}
{{- define "sluice.fullname" -}}
{{- $release := .Release.Name | replace "." "-" }}
{{- $name := include "sluice.name" . }}
{{- $full := ternary $release (printf "%s-%s" $release $name) (contains $name $release) }}
{{- with .Values.fullnameOverride }}{{- $full = . }}{{- end }}
{{- $full = $full | trunc 40 | trimSuffix "-" }}
{{- if not (regexMatch "^[a-z]" $full) }}
{{- fail (printf "the name %s does not begin with a letter, as that of a Service has to: set fullnameOverride" $full) }}
{{- end }}
{{- $full }}
{{- end }}

{{- /* The name of what belongs to one part: (dict "root" $ "part" "serve"). */ -}}
{{- define "sluice.partName" -}}
{{- printf "%s-%s" (include "sluice.fullname" .root) .part }}
{{- end }}

{{- define "sluice.selector" -}}
app.kubernetes.io/name: {{ include "sluice.name" .root | quote }}
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
app.kubernetes.io/component: {{ .part }}
{{- end }}

{{- /* Labels of an object; `more`: labels beside those of all. What selects pods is nobody else's to set. */ -}}
{{- define "sluice.labels" -}}
{{- $labels := include "sluice.selector" . | fromYaml }}
{{- $_ := set $labels "app.kubernetes.io/version" .root.Chart.AppVersion }}
{{- $_ := set $labels "app.kubernetes.io/managed-by" .root.Release.Service }}
{{- $_ := set $labels "helm.sh/chart" (printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_") }}
{{- range $name, $value := merge (deepCopy (default dict .more)) .root.Values.commonLabels }}
{{- if hasKey $labels $name }}{{- fail (printf "the label %s is the chart's own: take it out of commonLabels, podLabels or monitoring.labels" $name) }}{{- end }}
{{- $_ := set $labels $name $value }}
{{- end }}
{{- toYaml $labels }}
{{- end }}

{{- define "sluice.serviceAccount" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "sluice.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- /* A tag that is a digest stands behind an @. */ -}}
{{- define "sluice.image" -}}
{{- $own := default dict .own.image }}
{{- $repository := default .root.Values.image.repository $own.repository }}
{{- $usual := default .root.Chart.AppVersion .root.Values.image.tag }}
{{- if and (eq .part "ingest") (not $own.tag) }}
{{- if hasPrefix "sha256:" $usual }}{{- fail "ingest.image.tag: image.tag is a digest, that of the image without FFmpeg; name the one with FFmpeg" }}{{- end }}
{{- $usual = printf "%s-ffmpeg" (trimSuffix "-ffmpeg" $usual) }}
{{- end }}
{{- $tag := default $usual $own.tag }}
{{- printf "%s%s%s" $repository (ternary "@" ":" (hasPrefix "sha256:" $tag)) $tag }}
{{- end }}
