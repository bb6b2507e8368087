package entity

import (
	"maps"
	"slices"
	"strings"
)

// Field says what a field of the Elastic Common Schema names: entities of a
// kind, in a role.
type Field struct {
	// Kind is the kind of what [Field.Read] gives; None for a field that holds an
	// address or a name, as the value may be.
	Kind Kind
	Role Role
	// Domain is the ECS name of the field that holds the domain of the account
	// in this one, "" if there is none.
	Domain string
	// OnlySID says that values that are no SID are of a namespace of their own
	// and name nobody.
	OnlySID bool
}

// FieldOf returns what an ECS field names. Fields that ECS has no name for stand
// under the name that package ecs gives them, as zeek.ja4.
func FieldOf(name string) (Field, bool) {
	f, ok := fields[name]
	return f, ok
}

// Fields calls yield for each field that names entities, in the order of the
// names.
func Fields(yield func(name string, f Field) bool) {
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if !yield(name, fields[name]) {
			return
		}
	}
}

// fields are the fields of ECS 9.3.0 that name entities, and those of sources
// for which ECS has no name.
//
// Logon ids of Windows are not among them: they come again after each start of
// a machine, and there are as many as logons.
var fields = map[string]Field{
	"host.name":     {Kind: Host, Role: Reporter},
	"host.hostname": {Kind: Host, Role: Reporter},
	"host.ip":       {Kind: Address, Role: Reporter},
	"observer.ip":   {Kind: Address, Role: Observer},
	"observer.name": {Kind: Host, Role: Observer},

	"source.ip":           {Kind: Address, Role: Source},
	"source.address":      {Kind: None, Role: Source},
	"source.domain":       {Kind: None, Role: Source},
	"source.nat.ip":       {Kind: Address, Role: Translated},
	"client.ip":           {Kind: Address, Role: Source},
	"client.address":      {Kind: None, Role: Source},
	"client.domain":       {Kind: None, Role: Source},
	"destination.ip":      {Kind: Address, Role: Destination},
	"destination.address": {Kind: None, Role: Destination},
	"destination.domain":  {Kind: None, Role: Destination},
	"destination.nat.ip":  {Kind: Address, Role: Translated},
	"server.ip":           {Kind: Address, Role: Destination},
	"server.address":      {Kind: None, Role: Destination},
	"server.domain":       {Kind: None, Role: Destination},
	"related.ip":          {Kind: Address, Role: NoRole},
	"related.hosts":       {Kind: None, Role: NoRole},
	"related.user":        {Kind: Account, Role: NoRole},
	"related.hash":        {Kind: Hash, Role: NoRole},

	"user.name":                {Kind: Account, Role: User, Domain: "user.domain"},
	"user.id":                  {Kind: Account, Role: User, OnlySID: true},
	"user.email":               {Kind: Mailbox, Role: User},
	"user.effective.name":      {Kind: Account, Role: Target, Domain: "user.effective.domain"},
	"user.effective.id":        {Kind: Account, Role: Target, OnlySID: true},
	"user.target.name":         {Kind: Account, Role: Target, Domain: "user.target.domain"},
	"user.target.id":           {Kind: Account, Role: Target, OnlySID: true},
	"user.target.email":        {Kind: Mailbox, Role: Target},
	"user.changes.name":        {Kind: Account, Role: Target, Domain: "user.domain"},
	"source.user.name":         {Kind: Account, Role: User, Domain: "source.user.domain"},
	"client.user.name":         {Kind: Account, Role: User, Domain: "client.user.domain"},
	"destination.user.name":    {Kind: Account, Role: Target, Domain: "destination.user.domain"},
	"process.user.name":        {Kind: Account, Role: User, Domain: "process.user.domain"},
	"process.parent.user.name": {Kind: Account, Role: Parent, Domain: "process.parent.user.domain"},

	"dns.question.name": {Kind: Domain, Role: Query},
	"dns.resolved_ip":   {Kind: Address, Role: Answer},
	"dns.answers.data":  {Kind: None, Role: Answer},

	"url.full":              {Kind: URL, Role: Resource},
	"url.original":          {Kind: URL, Role: Resource},
	"url.domain":            {Kind: None, Role: Resource},
	"http.request.referrer": {Kind: URL, Role: Referrer},
	"user_agent.original":   {Kind: UserAgent, Role: Client},

	"tls.client.server_name":             {Kind: None, Role: Resource},
	"tls.client.ja3":                     {Kind: TLS, Role: Client},
	"tls.client.ja4":                     {Kind: TLS, Role: Client},
	"tls.server.ja3s":                    {Kind: TLS, Role: Server},
	"tls.server.ja4s":                    {Kind: TLS, Role: Server},
	"tls.client.hash.sha1":               {Kind: Certificate, Role: Client},
	"tls.client.hash.sha256":             {Kind: Certificate, Role: Client},
	"tls.server.hash.sha1":               {Kind: Certificate, Role: Server},
	"tls.server.hash.sha256":             {Kind: Certificate, Role: Server},
	"tls.server.certificate_fingerprint": {Kind: Certificate, Role: Server},
	"file.x509.serial_number":            {Kind: Certificate, Role: Server},
	"x509.serial_number":                 {Kind: Certificate, Role: Server},
	"file.x509.alternative_names":        {Kind: None, Role: Server},

	"email.from.address":     {Kind: Mailbox, Role: Sender},
	"email.sender.address":   {Kind: Mailbox, Role: Sender},
	"email.reply_to.address": {Kind: Mailbox, Role: Sender},
	"email.to.address":       {Kind: Mailbox, Role: Recipient},
	"email.cc.address":       {Kind: Mailbox, Role: Recipient},
	"email.bcc.address":      {Kind: Mailbox, Role: Recipient},

	"process.executable":               {Kind: File, Role: Image},
	"process.parent.executable":        {Kind: File, Role: Parent},
	"winlog.target.process.executable": {Kind: File, Role: Target},
	"file.path":                        {Kind: File, Role: Object},
	"file.name":                        {Kind: File, Role: Object},
	"dll.path":                         {Kind: File, Role: Object},
	"session.id":                       {Kind: Session, Role: User},
	"user.session.id":                  {Kind: Session, Role: User},
	"threat.indicator.name":            {Kind: None, Role: Indicator},
	"threat.indicator.ip":              {Kind: Address, Role: Indicator},

	"process.hash.md5":                   {Kind: Hash, Role: Image},
	"process.hash.sha1":                  {Kind: Hash, Role: Image},
	"process.hash.sha256":                {Kind: Hash, Role: Image},
	"process.hash.sha384":                {Kind: Hash, Role: Image},
	"process.hash.sha512":                {Kind: Hash, Role: Image},
	"process.hash":                       {Kind: Hash, Role: Image},
	"process.pe.imphash":                 {Kind: Hash, Role: Image},
	"process.parent.hash.md5":            {Kind: Hash, Role: Parent},
	"process.parent.hash.sha1":           {Kind: Hash, Role: Parent},
	"process.parent.hash.sha256":         {Kind: Hash, Role: Parent},
	"process.parent.hash.sha384":         {Kind: Hash, Role: Parent},
	"process.parent.hash.sha512":         {Kind: Hash, Role: Parent},
	"process.parent.hash":                {Kind: Hash, Role: Parent},
	"process.parent.pe.imphash":          {Kind: Hash, Role: Parent},
	"file.hash.md5":                      {Kind: Hash, Role: Object},
	"file.hash.sha1":                     {Kind: Hash, Role: Object},
	"file.hash.sha256":                   {Kind: Hash, Role: Object},
	"file.hash.sha384":                   {Kind: Hash, Role: Object},
	"file.hash.sha512":                   {Kind: Hash, Role: Object},
	"file.hash":                          {Kind: Hash, Role: Object},
	"file.pe.imphash":                    {Kind: Hash, Role: Object},
	"dll.hash.md5":                       {Kind: Hash, Role: Object},
	"dll.hash.sha1":                      {Kind: Hash, Role: Object},
	"dll.hash.sha256":                    {Kind: Hash, Role: Object},
	"dll.hash.sha384":                    {Kind: Hash, Role: Object},
	"dll.hash.sha512":                    {Kind: Hash, Role: Object},
	"dll.hash":                           {Kind: Hash, Role: Object},
	"dll.pe.imphash":                     {Kind: Hash, Role: Object},
	"email.attachments.file.hash.sha256": {Kind: Hash, Role: Object},

	"zeek.ja4":                                     {Kind: TLS, Role: Client},
	"zeek.ja4s":                                    {Kind: TLS, Role: Server},
	"zeek.ja4h":                                    {Kind: TLS, Role: Client},
	"zeek.ja4ssh":                                  {Kind: TLS, Role: Client},
	"zeek.hassh":                                   {Kind: TLS, Role: Client},
	"zeek.hasshServer":                             {Kind: TLS, Role: Server},
	"zeek.cert_chain_fps":                          {Kind: Certificate, Role: Server},
	"zeek.fingerprint":                             {Kind: Certificate, Role: Server},
	"suricata.eve.tls.serial":                      {Kind: Certificate, Role: Server},
	"suricata.eve.tls.ja4":                         {Kind: TLS, Role: Client},
	"suricata.eve.ssh.client.hassh.hash":           {Kind: TLS, Role: Client},
	"suricata.eve.ssh.server.hassh.hash":           {Kind: TLS, Role: Server},
	"suricata.eve.ja4":                             {Kind: TLS, Role: Client},
	"o365.audit.SessionId":                         {Kind: Session, Role: User},
	"o365.audit.AppAccessContext.AADSessionId":     {Kind: Session, Role: User},
	"azure.signinlogs.SessionId":                   {Kind: Session, Role: User},
	"azure.signinlogs.sessionId":                   {Kind: Session, Role: User},
	"azure.signinlogs.properties.sessionId":        {Kind: Session, Role: User},
	"okta.authenticationContext.externalSessionId": {Kind: Session, Role: User},
	"winlog.event_data.TargetServerName":           {Kind: None, Role: Target},
}

// Read appends to dst the entities that a value of the field names. A list of
// digests gives each; a URL gives itself and its host; a mailbox gives itself and
// its domain.
func (f Field) Read(dst []Entity, text string) []Entity {
	switch f.Kind {
	case None:
		if e, ok := readPlace(text); ok {
			dst = append(dst, e)
		}
	case URL:
		return readURL(dst, text)
	case Hash:
		return readHashes(dst, text)
	case Mailbox:
		v, ok := Canonical(Mailbox, text)
		if ok {
			dst = append(dst, Entity{Mailbox, v}, Entity{Domain, v[strings.LastIndexByte(v, '@')+1:]})
		}
	default:
		if f.OnlySID && !isSID(strings.TrimSpace(text)) {
			return dst
		}
		if v, ok := Canonical(f.Kind, text); ok {
			dst = append(dst, Entity{f.Kind, v})
		}
	}
	return dst
}
