package newcomer

// Source is one of the logs of the folder.
type Source struct {
	// Path is where it lies, with '/'; its ending says how it is compressed.
	Path string
	// Format names what its records are in.
	Format string
	// share is how much of the folder it is, of the sum of all.
	share int
	head  string // once, at the beginning
	usual []string
	// traces are records of an intruder, one after so many usual ones.
	traces []string
	// events says that the records are Windows events that package evgen makes.
	events events
}

type events uint8

const (
	noEvents events = iota
	eventLog
	eventLines
)

// Sources returns the sources in the order of their paths.
func Sources() []Source {
	all := append(clouds(), gateways()...)
	all = append(all, mailServers()...)
	all = append(all, unix()...)
	return append(append(all, windows()...), zeek()...)
}

func clouds() []Source {
	return []Source{
		{
			Path: "cloud/audit-export.json", Format: "Microsoft 365 audit JSON", share: 8,
			usual: []string{
				`{{"CreationTime":"{time:2006-01-02T15:04:05}","Id":"{hex:8}-{hex:4}-4{hex:3}-a{hex:3}-{hex:12}","Operation":"MailItemsAccessed","OrganizationId":"0a1b2c3d-0000-4000-8000-00000000abcd","RecordType":50,"ResultStatus":"Succeeded","UserKey":"{hex:16}","UserType":0,"Version":1,"Workload":"Exchange","ClientIP":"{out}","UserId":"{user}@corp.example","ClientInfoString":"Client=OWA;Action=ViaProxy","ExternalAccess":false,"MailboxOwnerUPN":"{user}@corp.example","OperationProperties":[{{"Name":"MailAccessType","Value":"Bind"},{{"Name":"IsThrottled","Value":"False"}],"OperationCount":{n:9},"Folders":[{{"Path":"\\Inbox","FolderItems":[{{"InternetMessageId":"<{hex:24}@mail.example>"}]}]}`,
				`{{"CreationTime":"{time:2006-01-02T15:04:05}","Id":"{hex:8}-{hex:4}-4{hex:3}-a{hex:3}-{hex:12}","Operation":"FileAccessed","OrganizationId":"0a1b2c3d-0000-4000-8000-00000000abcd","RecordType":6,"UserKey":"i:0h.f|membership|{hex:16}@live.com","UserType":0,"Version":1,"Workload":"SharePoint","ClientIP":"{out}","UserId":"{user}@corp.example","ItemType":"File","ObjectId":"https://corp.example/sites/{word}/Documents/{word}.docx","SourceFileName":"{word}.docx","UserAgent":"Mozilla/5.0 (Windows NT 10.0; Win64; x64)"}`,
			},
			traces: []string{`{{"CreationTime":"{time:2006-01-02T15:04:05}","Id":"{hex:8}-{hex:4}-4{hex:3}-a{hex:3}-{hex:12}","Operation":"New-InboxRule","RecordType":1,"ResultStatus":"True","UserType":2,"Workload":"Exchange","ClientIP":"203.0.113.66","UserId":"m.novak@corp.example","Parameters":[{{"Name":"Name","Value":"."},{{"Name":"ForwardTo","Value":"box@mail.example.net"},{{"Name":"DeleteMessage","Value":"True"}]}`},
		},
		{
			Path: "cloud/message-trace.csv", Format: "CSV with a header", share: 4,
			head:  "Received,SenderAddress,RecipientAddress,Subject,Status,FromIP,ToIP,Size,MessageId,MessageTraceId\n",
			usual: []string{`{time:2006-01-02T15:04:05.000Z},{word}@{site},{user}@corp.example,"{word} {word}, {word}",{Delivered|Delivered|FilteredAsSpam|Quarantined},{out},,{n:99999},<{hex:24}@mail.example.net>,{hex:8}-{hex:4}-4{hex:3}-a{hex:3}-{hex:12}`},
		},
		{
			Path: "cloud/trail.json.gz", Format: "AWS CloudTrail JSON", share: 4,
			usual: []string{`{{"eventVersion":"1.09","userIdentity":{{"type":"AssumedRole","principalId":"AROA{hex:16}:{user}","arn":"arn:aws:sts::123456789012:assumed-role/ops/{user}","accountId":"123456789012"},"eventTime":"{time:2006-01-02T15:04:05Z}","eventSource":"{ec2.amazonaws.com|s3.amazonaws.com|sts.amazonaws.com}","eventName":"{DescribeInstances|GetObject|AssumeRole|ListBuckets}","awsRegion":"eu-central-1","sourceIPAddress":"{out}","userAgent":"aws-cli/2.15.0","requestParameters":null,"responseElements":null,"requestID":"{hex:16}","eventID":"{hex:8}-{hex:4}-4{hex:3}-a{hex:3}-{hex:12}","readOnly":true,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"123456789012"}`},
		},
		{
			Path: "ids/eve.json", Format: "Suricata EVE JSON", share: 6,
			usual: []string{
				`{{"timestamp":"{time:2006-01-02T15:04:05.000000+0000}","flow_id":{n:999999999999999},"in_iface":"eth1","event_type":"flow","src_ip":"{in}","src_port":{port},"dest_ip":"{out}","dest_port":443,"proto":"TCP","app_proto":"tls","flow":{{"pkts_toserver":{n:90},"pkts_toclient":{n:120},"bytes_toserver":{n:9000},"bytes_toclient":{n:90000},"age":{n:300},"state":"closed","reason":"timeout","alerted":false}}`,
				`{{"timestamp":"{time:2006-01-02T15:04:05.000000+0000}","flow_id":{n:999999999999999},"in_iface":"eth1","event_type":"dns","src_ip":"{in}","src_port":{port},"dest_ip":"10.20.1.53","dest_port":53,"proto":"UDP","dns":{{"type":"query","id":{n:65535},"rrname":"{site}","rrtype":"A","tx_id":0}}`,
			},
		},
	}
}
