package jsonl

import "slices"

// An origin is one product's way of writing records as JSON, known by the names
// that stand in them. Names are given best first.
type origin struct {
	// dataset is also the schema, unless schema says otherwise.
	dataset, schema string
	// kind is a field whose value, in lower case, is the last part of the
	// dataset.
	kind string
	// need are names that must all be there; one suffices of those in any.
	need, any []string
	// is is a name and how its value begins.
	is                         [2]string
	time, host, provider, code []string
	channel                    []string
	// local says that a time without zone is not known to be UTC.
	local bool
	// pairs are the record's lists of names and values.
	pairs []pairList
	// texts are names whose values are JSON within a text.
	texts []string
}

// origins returns what is recognised, in the order in which it is asked.
func origins() []origin {
	return slices.Concat(microsoft365(), entra(), azure(), defender(), clouds(), google(), services(), endpoints())
}

// microsoft365 are the audit log and the message trace of Microsoft 365.
func microsoft365() []origin {
	return []origin{
		{
			dataset: "o365.audit", need: []string{"CreationTime", "Operation"}, any: []string{"Workload", "RecordType", "OrganizationId"},
			time: []string{"CreationTime"}, provider: []string{"Workload"}, code: []string{"Operation"}, pairs: auditPairs(),
			texts: []string{"Data", "Entities", "ExchangeMetaData"},
		},
		{
			dataset: "o365.audit", need: []string{"Operation", "Workload"}, any: []string{"UserId", "UserKey", "ClientIP", "Parameters.Name", "ObjectId", "ResultStatus"},
			time: []string{"CreationTime"}, provider: []string{"Workload"}, code: []string{"Operation"}, pairs: auditPairs(),
		},
		{
			dataset: "o365.audit", need: []string{"CreationTime", "RecordType", "Id"},
			time: []string{"CreationTime"}, provider: []string{"Workload"}, code: []string{"Operation"}, pairs: auditPairs(),
		},
		{
			dataset: "o365.audit", schema: "o365.audit.search", need: []string{"CreationDate", "Operations"},
			time: []string{"CreationDate"}, code: []string{"Operations"},
		},
		{
			dataset: "o365.messagetrace", need: []string{"MessageTraceId", "SenderAddress", "RecipientAddress"},
			time: []string{"Received"}, code: []string{"Status"},
		},
	}
}

// entra are the logs of Entra. The same log has other names when it comes from
// Graph, from a diagnostic setting, from a Log Analytics table, or through
// PowerShell, which writes Graph's names in its own way.
func entra() []origin {
	return []origin{
		{
			dataset: "azure.signinlogs", schema: "azure.signinlogs.graph", need: []string{"createdDateTime", "userPrincipalName", "appDisplayName"},
			time: []string{"createdDateTime"}, code: []string{"status.errorCode"},
		},
		{
			dataset: "azure.signinlogs", need: []string{"properties.createdDateTime", "properties.appDisplayName"},
			time: []string{"properties.createdDateTime", "time", "TimeGenerated"}, provider: []string{"category"}, code: []string{"resultType"},
		},
		{
			dataset: "azure.signinlogs", need: []string{"category", "operationName", "properties.userPrincipalName", "properties.appId"},
			time: []string{"time"}, provider: []string{"category"}, code: []string{"resultType"},
		},
		{
			dataset: "azure.signinlogs", schema: "azure.signinlogs.table", need: []string{"UserPrincipalName", "AppDisplayName"},
			any:  []string{"ResultType", "CreatedDateTime", "ConditionalAccessStatus"},
			time: []string{"CreatedDateTime", "TimeGenerated"}, provider: []string{"Category"}, code: []string{"ResultType"},
			texts: []string{"Status", "LocationDetails", "DeviceDetail"},
		},
		{
			dataset: "azure.auditlogs", schema: "azure.auditlogs.graph", need: []string{"activityDateTime", "activityDisplayName"},
			time: []string{"activityDateTime"}, provider: []string{"loggedByService"}, code: []string{"activityDisplayName"},
			pairs: directoryPairs(),
		},
		{
			dataset: "azure.auditlogs", need: []string{"properties.activityDisplayName"},
			time: []string{"properties.activityDateTime", "time"}, provider: []string{"properties.loggedByService", "category"}, code: []string{"operationName"},
			pairs: directoryPairs(), texts: []string{"properties"},
		},
		{
			dataset: "azure.auditlogs", need: []string{"operationName", "category"}, is: [2]string{"category", "AuditLogs"},
			time: []string{"time"}, provider: []string{"category"}, code: []string{"operationName"},
			pairs: directoryPairs(), texts: []string{"properties"},
		},
		{
			dataset: "azure.auditlogs", schema: "azure.auditlogs.table", any: []string{"LoggedByService", "ActivityDateTime"},
			need: []string{"ActivityDisplayName"},
			time: []string{"ActivityDateTime", "TimeGenerated"}, provider: []string{"LoggedByService"}, code: []string{"ActivityDisplayName"},
			pairs: directoryPairs(), texts: []string{"InitiatedBy", "TargetResources", "AdditionalDetails"},
		},
		{
			dataset: "azure.riskdetection", need: []string{"riskEventType"}, any: []string{"userPrincipalName", "detectedDateTime", "riskLevel"},
			time: []string{"detectedDateTime", "activityDateTime", "createdDateTime"}, code: []string{"riskEventType"},
		},
		{
			dataset: "azure.riskyusers", need: []string{"category", "properties.riskState", "properties.riskLevel"}, is: [2]string{"category", "Risky"},
			time: []string{"properties.riskLastUpdatedDateTime", "time"}, provider: []string{"category"}, code: []string{"operationName"},
		},
		{
			dataset: "azure.riskdetection", schema: "azure.riskdetection.diagnostic", need: []string{"properties.riskEventType"},
			time: []string{"time", "properties.detectedDateTime"}, code: []string{"properties.riskEventType"},
		},
	}
}

// azure is the activity log of Azure.
func azure() []origin {
	return []origin{
		{
			dataset: "azure.activitylogs", schema: "azure.activitylogs.table", need: []string{"OperationNameValue"}, any: []string{"CategoryValue", "ResourceProviderValue", "TimeGenerated"},
			time: []string{"EventSubmissionTimestamp", "TimeGenerated"}, provider: []string{"ResourceProviderValue"}, code: []string{"OperationNameValue"},
		},
		{
			dataset: "azure.activitylogs", schema: "azure.activitylogs.api", need: []string{"operationName.value", "eventTimestamp"},
			time: []string{"eventTimestamp"}, provider: []string{"resourceProviderName.value"}, code: []string{"operationName.value"},
		},
		{
			dataset: "azure.activitylogs", schema: "azure.activitylogs.api", need: []string{"operationName.value", "resourceId"}, any: []string{"category", "category.value", "correlationId"},
			time: []string{"eventTimestamp", "time"}, provider: []string{"resourceProviderName.value", "category"}, code: []string{"operationName.value"},
		},
		{
			dataset: "azure.activitylogs", need: []string{"operationName", "category"}, any: []string{"callerIpAddress", "properties.log"},
			time: []string{"time"}, provider: []string{"category"}, code: []string{"operationName"},
		},
		{
			dataset: "azure.activitylogs", need: []string{"operationName", "resourceId"}, any: []string{"time", "category", "correlationId"},
			time: []string{"time"}, provider: []string{"category"}, code: []string{"operationName"},
		},
	}
}

// defender are Defender's hunting tables and alerts, and Windows events as rows
// of Sentinel and of Azure's diagnostics.
func defender() []origin {
	return []origin{
		{
			dataset: "m365_defender.event", schema: "m365_defender.stream", need: []string{"category", "properties.Timestamp"},
			is:   [2]string{"category", "AdvancedHunting-"},
			time: []string{"properties.Timestamp", "time"}, host: []string{"properties.DeviceName"}, provider: []string{"category"}, code: []string{"properties.ActionType"},
		},
		{
			dataset: "m365_defender.event", need: []string{"ActionType"}, any: []string{"DeviceId", "DeviceName", "AccountObjectId", "ReportId"},
			time: []string{"Timestamp", "TimeGenerated"}, host: []string{"DeviceName"}, provider: []string{"Type"}, code: []string{"ActionType"},
		},
		{
			dataset: "m365_defender.event", need: []string{"Timestamp", "AlertId", "EntityType"}, any: []string{"EvidenceRole", "EvidenceDirection", "ServiceSource"},
			time: []string{"Timestamp", "TimeGenerated"}, host: []string{"DeviceName"}, provider: []string{"ServiceSource"}, code: []string{"EntityType"},
		},
		{
			dataset: "m365_defender.email", need: []string{"NetworkMessageId", "RecipientEmailAddress"},
			time: []string{"Timestamp", "TimeGenerated"}, code: []string{"DeliveryAction"},
		},
		{
			dataset: "m365_defender.incident", need: []string{"incidentWebUrl", "createdDateTime"},
			time: []string{"lastUpdateDateTime", "createdDateTime"}, provider: []string{"alerts.serviceSource"}, code: []string{"classification"},
		},
		{
			dataset: "m365_defender.incident", need: []string{"incidentId", "incidentName"}, any: []string{"alerts.alertId", "createdTime", "lastUpdateTime"},
			time: []string{"lastUpdateTime", "createdTime"}, provider: []string{"alerts.serviceSource"}, code: []string{"classification"},
		},
		{
			dataset: "m365_defender.alert", need: []string{"serviceSource"}, any: []string{"detectionSource", "firstActivityDateTime", "lastUpdateDateTime"},
			time: []string{"lastActivityDateTime", "createdDateTime", "firstActivityDateTime"}, provider: []string{"serviceSource"}, code: []string{"detectorId"},
		},
		{
			dataset: "m365_defender.alert", schema: "m365_defender.machine", need: []string{"alertCreationTime", "machineId"},
			time: []string{"lastEventTime", "alertCreationTime"}, host: []string{"computerDnsName"}, provider: []string{"detectionSource"}, code: []string{"detectorId"},
		},
		{
			dataset: "windows.event", schema: "sentinel.event", need: []string{"EventLog", "EventID", "Computer"},
			time: []string{"TimeGenerated"}, host: []string{"Computer"}, provider: []string{"Source"}, channel: []string{"EventLog"}, code: []string{"EventID"}, texts: []string{"EventData"},
		},
		{
			dataset: "windows.security", schema: "sentinel.security", need: []string{"EventID", "EventSourceName", "Computer"},
			time: []string{"TimeGenerated"}, host: []string{"Computer"}, provider: []string{"EventSourceName"}, channel: []string{"Channel"}, code: []string{"EventID"}, texts: []string{"EventData"},
		},
		{
			dataset: "windows.event", schema: "azure.windows", need: []string{"properties.ProviderName", "properties.Channel"},
			time: []string{"time"}, host: []string{"properties.ComputerName", "properties.RoleInstance"}, provider: []string{"properties.ProviderName"},
			channel: []string{"properties.Channel"}, code: []string{"properties.EventId", "properties.EventID"}, texts: []string{"properties.RawXml"},
		},
	}
}

// clouds are Amazon's and the directory of Okta.
func clouds() []origin {
	return []origin{
		{
			dataset: "aws.cloudtrail", need: []string{"eventName"}, any: []string{"awsRegion", "eventVersion", "recipientAccountId"},
			time: []string{"eventTime"}, provider: []string{"eventSource"}, code: []string{"eventName"},
		},
		{
			dataset: "aws.guardduty", need: []string{"service.serviceName", "accountId"}, is: [2]string{"service.serviceName", "guardduty"},
			time: []string{"updatedAt", "createdAt"}, code: []string{"type"},
		},
		{
			dataset: "aws.securityhub", need: []string{"SchemaVersion", "ProductArn", "AwsAccountId"},
			time: []string{"UpdatedAt", "CreatedAt"}, provider: []string{"ProductName"}, code: []string{"GeneratorId"},
		},
		{
			dataset: "aws.route53", need: []string{"query_timestamp", "query_name"},
			time: []string{"query_timestamp"}, host: []string{"srcids.instance"}, code: []string{"query_type"},
		},
		{
			dataset: "aws.waf", need: []string{"webaclId", "httpRequest.clientIp"},
			time: []string{"timestamp"}, code: []string{"action"},
		},
		{
			dataset: "aws.vpcflow", need: []string{"srcAddr", "dstAddr"}, any: []string{"interfaceId", "logStatus", "vpcId", "subNetId", "instanceId"},
			time: []string{"start"}, code: []string{"action"},
		},
		{
			dataset: "okta.system", need: []string{"eventType"}, any: []string{"actor.alternateId", "legacyEventType", "displayMessage"},
			time: []string{"published"}, code: []string{"eventType"},
		},
	}
}

// google are Google Workspace and Google Cloud.
func google() []origin {
	return []origin{
		{
			dataset: "google_workspace", kind: "id.applicationName", need: []string{"id.applicationName"}, any: []string{"id.time", "actor.email", "events.name", "name"},
			time: []string{"id.time"}, provider: []string{"id.applicationName"}, code: []string{"events.name", "event.name", "name"}, pairs: workspacePairs(),
		},
		{
			dataset: "google_workspace.alert", need: []string{"alertId", "data.@type", "customerId"},
			time: []string{"createTime", "startTime"}, provider: []string{"source"}, code: []string{"type"},
		},
		{
			dataset: "gcp.audit", need: []string{"protoPayload.methodName"}, any: []string{"protoPayload.serviceName", "logName", "protoPayload.authenticationInfo.principalEmail", "protoPayload.resourceName"},
			time: []string{"timestamp", "receiveTimestamp"}, provider: []string{"protoPayload.serviceName"}, code: []string{"protoPayload.methodName"},
		},
		{
			dataset: "gcp.firewall", need: []string{"jsonPayload.connection.src_ip", "jsonPayload.disposition"},
			time: []string{"timestamp", "receiveTimestamp"}, host: []string{"jsonPayload.instance.vm_name"}, code: []string{"jsonPayload.disposition"},
		},
		{
			dataset: "gcp.vpcflow", need: []string{"jsonPayload.connection.src_ip", "jsonPayload.connection.dest_ip"},
			time: []string{"timestamp", "receiveTimestamp"}, provider: []string{"jsonPayload.reporter"},
		},
		{
			dataset: "gcp.dns", need: []string{"jsonPayload.queryName", "jsonPayload.queryType"},
			time: []string{"timestamp", "receiveTimestamp"}, code: []string{"jsonPayload.queryType"},
		},
		{
			dataset: "gcp.loadbalancing", need: []string{"httpRequest.requestUrl", "logName"}, any: []string{"jsonPayload.statusDetails", "jsonPayload.@type", "resource.labels.forwarding_rule_name"},
			time: []string{"timestamp", "receiveTimestamp"}, code: []string{"httpRequest.status"},
		},
		{
			dataset: "gcp.audit", schema: "gcp.audit.pubsub", need: []string{"data.protoPayload.methodName"},
			time: []string{"data.timestamp"}, provider: []string{"data.protoPayload.serviceName"}, code: []string{"data.protoPayload.methodName"},
		},
	}
}

// services are what is rented besides a cloud, and forms that many write.
func services() []origin {
	return []origin{
		{
			dataset: "github.audit", need: []string{"action", "actor"}, any: []string{"_document_id", "actor_id", "org_id", "business", "org", "repo", "actor_location.country_code", "actor_ip"},
			time: []string{"@timestamp", "created_at"}, code: []string{"action"},
		},
		{
			dataset: "kubernetes.audit", need: []string{"verb"}, any: []string{"auditID", "objectRef.resource", "objectRef.apiVersion"},
			time: []string{"requestReceivedTimestamp", "stageTimestamp", "timestamp"}, provider: []string{"objectRef.apiGroup"}, code: []string{"verb"},
		},
		{
			dataset: "bitbucket.audit", need: []string{"auditType.action", "auditType.category", "auditType.categoryI18nKey"}, is: [2]string{"auditType.categoryI18nKey", "bitbucket."},
			time: []string{"timestamp"}, code: []string{"auditType.action"},
		},
		{
			dataset: "atlassian.audit", need: []string{"auditType.action", "auditType.category"},
			time: []string{"timestamp"}, code: []string{"auditType.action"},
		},
		{
			dataset: "onelogin.events", need: []string{"event_type_id"}, any: []string{"account_id", "actor_user_id", "user_id"},
			time: []string{"event_timestamp", "created_at"}, code: []string{"event_type_id"},
		},
		{
			dataset: "duo.auth", need: []string{"factor", "access_device.ip"},
			time: []string{"isotimestamp", "timestamp"}, code: []string{"reason"},
		},
		{
			dataset: "duo.admin", need: []string{"action", "username", "isotimestamp"}, any: []string{"object", "description"},
			time: []string{"isotimestamp", "timestamp"}, code: []string{"action"}, texts: []string{"description"},
		},
		{
			dataset: "slack.audit", need: []string{"action", "actor.type"}, any: []string{"date_create", "context.ip_address", "context.ua"},
			time: []string{"date_create"}, code: []string{"action"},
		},
		{
			dataset: "box.events", need: []string{"event_type", "created_by.type"}, any: []string{"event_id", "created_by.login"},
			time: []string{"created_at", "recorded_at"}, code: []string{"event_type"},
		},
		{
			dataset: "zoom.operation", need: []string{"category_type", "operation_detail", "operator"},
			time: []string{"time"}, provider: []string{"category_type"}, code: []string{"action"},
		},
		{
			dataset: "zoom.webhook", need: []string{"event"}, any: []string{"payload.account_id", "payload.object.host_id", "payload.object.uuid"},
			time: []string{"event_ts", "payload.time_stamp", "payload.object.start_time"}, code: []string{"event"},
		},
		{
			dataset: "onepassword.signin", need: []string{"session_uuid", "category", "target_user.uuid"},
			time: []string{"timestamp"}, code: []string{"type"},
		},
		{
			dataset: "onepassword.item", need: []string{"vault_uuid", "item_uuid"}, any: []string{"used_version", "user.uuid", "client.app_name"},
			time: []string{"timestamp"}, code: []string{"action"},
		},
		{
			dataset: "onepassword.audit", need: []string{"actor_uuid", "object_type", "object_uuid"},
			time: []string{"timestamp"}, code: []string{"action"},
		},
		{
			dataset: "auth0.logs", need: []string{"log_id", "data.type", "data.date"},
			time: []string{"data.date"}, code: []string{"data.type"},
		},
		{
			dataset: "jumpcloud.events", need: []string{"initiated_by.type", "event_type"}, any: []string{"client_ip", "organization", "geoip.country_code"},
			time: []string{"timestamp"}, provider: []string{"service"}, code: []string{"event_type"},
		},
		{
			dataset: "ocsf", need: []string{"class_uid"}, any: []string{"metadata.version", "metadata.product.name", "category_uid", "type_uid"}, pairs: objectPairs(),
			time: []string{"time", "time_dt"}, host: []string{"device.hostname", "device.name"}, provider: []string{"metadata.product.name"}, code: []string{"metadata.event_code"},
		},
	}
}

// endpoints are sensors and collectors on machines.
func endpoints() []origin {
	return []origin{
		{
			dataset: "crowdstrike.fdr", need: []string{"event_simpleName"}, any: []string{"aid", "cid", "event.aid", "ContextTimeStamp"},
			time: []string{"ContextTimeStamp", "timestamp"}, host: []string{"ComputerName"}, provider: []string{"event_platform"}, code: []string{"event_simpleName"},
		},
		{
			dataset: "crowdstrike.fdr", need: []string{"aid", "cid"}, any: []string{"event.event_simpleName", "event.ConfigBuild", "event.ConfigStateHash"},
			time: []string{"event.ContextTimeStamp", "event.timestamp", "timestamp"}, host: []string{"ComputerName", "event.ComputerName"}, provider: []string{"event.event_platform"},
			code: []string{"event.event_simpleName", "fdr_event_type"},
		},
		{
			dataset: "crowdstrike.falcon", schema: "crowdstrike.falcon.flat", need: []string{"ExternalApiType"}, any: []string{"CompositeId", "AgentIdString", "SensorId"},
			time: []string{"timestamp"}, host: []string{"Hostname", "ComputerName"}, provider: []string{"ExternalApiType"}, code: []string{"Name", "DetectName"},
		},
		{
			dataset: "crowdstrike.falcon", need: []string{"metadata.eventType"}, any: []string{"metadata.eventCreationTime", "metadata.customerIDString", "metadata.detectionIdString"},
			time: []string{"metadata.eventCreationTime", "event.UTCTimestamp", "event.timestamp"}, host: []string{"event.ComputerName", "event.Hostname", "event.HostName"}, provider: []string{"metadata.eventType"},
			code:  []string{"event.OperationName", "event.DetectName", "event.Name"},
			pairs: []pairList{{list: "event.AuditKeyValues", name: "Key", values: []string{"ValueString"}}},
		},
		{
			dataset: "crowdstrike.alert", need: []string{"composite_id", "aggregate_id"},
			time: []string{"timestamp", "created_timestamp"}, host: []string{"device.hostname"}, provider: []string{"product"}, code: []string{"name"},
		},
		{
			dataset: "harfanglab.alert", need: []string{"rule_name"}, any: []string{"alert_unique_id", "alert_time", "alert_subtype"},
			time: []string{"@event_create_date", "alert_time", "@timestamp"}, host: []string{"agent.hostname"}, provider: []string{"alert_type"}, code: []string{"rule_id"},
		},
		{
			dataset: "harfanglab.event", need: []string{"agent.agentid"}, any: []string{"@event_create_date", "log_type"},
			time: []string{"@event_create_date", "@timestamp"}, host: []string{"agent.hostname"}, provider: []string{"log_type"}, code: []string{"log_type"},
		},
		{
			dataset: "harfanglab.audit", need: []string{"log_type", "log_slug"},
			time: []string{"log_creation_date", "@event_create_date", "@timestamp"}, provider: []string{"log_type"}, code: []string{"log_slug"},
		},
		{
			dataset: "harfanglab.threat", need: []string{"log_type", "total_security_event_count"}, any: []string{"agents.agent_hostname", "rules.rule_name"},
			time: []string{"last_seen", "last_update", "@timestamp"}, host: []string{"agents.agent_hostname"}, provider: []string{"log_type"}, code: []string{"rules.rule_id"},
		},
		{
			dataset: "harfanglab.event", need: []string{"log_type", "@event_create_date"}, any: []string{"agent_id", "object_type", "tenant"},
			time: []string{"@event_create_date", "@timestamp"}, host: []string{"agent.hostname", "hostname"}, provider: []string{"log_type"}, code: []string{"log_type"},
		},
		{
			dataset: "opencanary", need: []string{"logtype", "node_id"},
			time: []string{"utc_time", "local_time"}, host: []string{"node_id"}, code: []string{"logtype"},
		},
		{
			dataset: "velociraptor", need: []string{"ClientId"}, any: []string{"_Source", "Fqdn", "FlowId", "_ts", "Artifact"},
			time: []string{"_ts", "EventTime", "Timestamp", "Mtime", "Created", "_Timestamp"}, host: []string{"Fqdn", "Hostname"}, provider: []string{"_Source", "Artifact"},
			local: true,
		},
		{
			dataset: "ecs", schema: "ecs", kind: "event.dataset", need: []string{"@timestamp"}, any: []string{"ecs.version", "agent.type", "event.module", "event.dataset"},
			time: []string{"@timestamp"}, host: []string{"host.name", "host.hostname"}, provider: []string{"event.provider"}, code: []string{"event.code"},
		},
	}
}

// auditPairs are the lists of names and values in the audit log of Microsoft
// 365.
func auditPairs() []pairList {
	value := []string{"Value"}
	return []pairList{
		{list: "Parameters", name: "Name", values: value},
		{list: "ExtendedProperties", name: "Name", values: value},
		{list: "DeviceProperties", name: "Name", values: value},
		{list: "OperationProperties", name: "Name", values: value},
		{list: "ExtraProperties", name: "Key", values: value},
		{list: "ModifiedProperties", name: "Name", values: []string{"NewValue", "OldValue"}, apart: true},
	}
}

// directoryPairs are those of Entra's audit log.
func directoryPairs() (all []pairList) {
	for _, prefix := range []string{"", "properties."} {
		all = append(all,
			pairList{list: prefix + "additionalDetails", name: "key", values: []string{"value"}},
			pairList{list: prefix + "targetResources.modifiedProperties", name: "displayName", values: []string{"newValue", "oldValue"}, apart: true})
	}
	return append(all,
		pairList{list: "AdditionalDetails", name: "key", values: []string{"value"}},
		pairList{list: "TargetResources.modifiedProperties", name: "displayName", values: []string{"newValue", "oldValue"}, apart: true})
}

// workspacePairs are those of Google Workspace: a parameter has its value under
// the name of the value's type.
func workspacePairs() []pairList {
	types := []string{"value", "intValue", "boolValue", "multiValue", "multiIntValue"}
	return []pairList{
		{list: "events.parameters", name: "name", values: types},
		{list: "event.parameters", name: "name", values: types},
	}
}

// objectPairs are the digests of files in OCSF: {"algorithm":"MD5","value":"…"}.
func objectPairs() (all []pairList) {
	for _, list := range []string{"file.hashes", "process.file.hashes", "actor.process.file.hashes", "process.parent_process.file.hashes"} {
		all = append(all, pairList{list: list, name: "algorithm", values: []string{"value"}})
	}
	return all
}
