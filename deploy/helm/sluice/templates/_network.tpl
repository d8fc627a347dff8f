{{- /* Where a part goes beside Kafka, by all that its values say, as JSON. */ -}}
{{- define "sluice.places" -}}
{{- toJson (list (dig "source" "place" "" .own) (dig "sink" "place" "" .own) .own.options .own.extraArgs) }}
{{- end }}

{{- /* Whether a part has to do with a store: "true" or nothing. */ -}}
{{- define "sluice.usesStore" -}}
{{- if regexMatch "\"(s3|azblob|gs|hdfs|webhdfs|swebhdfs)://" (include "sluice.places" .) }}true{{ end }}
{{- end }}

{{- /* Ports of the web's addresses in a text, as JSON. Of HDFS there may be several namenodes, and they send whoever asks to datanodes. */ -}}
{{- define "sluice.webPorts" -}}
{{- $usual := dict "http" 80 "https" 443 "hdfs" 9870 "webhdfs" 9870 "swebhdfs" 9871 }}
{{- $ports := list }}
{{- range regexFindAll "(https?|webhdfs|swebhdfs|hdfs)://[^/\"?]+" . -1 }}
{{- $scheme := regexFind "^[a-z]+" . }}
{{- range splitList "," . }}
{{- $port := regexFind ":[0-9]+$" . | trimPrefix ":" }}
{{- $ports = append $ports (int (default (get $usual $scheme) $port)) }}
{{- end }}
{{- if contains "hdfs" $scheme }}{{- $ports = append $ports (ternary 9865 9864 (eq $scheme "swebhdfs")) }}{{- end }}
{{- end }}
{{- toJson (uniq $ports) }}
{{- end }}

{{- /* Ports of brokers: those that are said, and those of the servers that a part begins with. As JSON. */ -}}
{{- define "sluice.kafkaPorts" -}}
{{- $ports := list }}
{{- range .root.Values.networkPolicy.kafkaPorts }}{{- $ports = append $ports (int .) }}{{- end }}
{{- range regexFindAll ":[0-9]+\\s*(,|$)" (default "" (include "sluice.kafka" . | fromYaml).bootstrapServers) -1 }}
{{- $ports = append $ports (int (regexFind "[0-9]+" .)) }}
{{- end }}
{{- toJson (uniq $ports) }}
{{- end }}

{{- /* Other ports that a part asks: of its store, of who gives it tokens for Kafka, of who logs people in. As JSON. */ -}}
{{- define "sluice.otherPorts" -}}
{{- $ports := list }}
{{- $settings := default dict (include "sluice.kafka" . | fromYaml).settings }}
{{- if include "sluice.usesStore" . }}
{{- range .root.Values.networkPolicy.storePorts }}{{- $ports = append $ports (int .) }}{{- end }}
{{- end }}
{{- $text := printf "%s %s" (include "sluice.places" .) (toJson $settings) }}
{{- if or (eq .part "console") (and (eq .part "serve") .root.Values.console.enabled .root.Values.console.withServe) }}
{{- $text = printf "%s %s" $text .root.Values.console.oidc.issuer }}
{{- end }}
{{- $ports = concat $ports (include "sluice.webPorts" $text | fromJsonArray) }}
{{- if eq (toString (get $settings "sasl.mechanism")) "AWS_MSK_IAM" }}{{- $ports = append $ports 443 }}{{- end }}
{{- $numbers := list }}
{{- range $ports }}{{- $numbers = append $numbers (int .) }}{{- end }}
{{- toJson (uniq $numbers) }}
{{- end }}
